//! The system calls that are refused. Numbers from 424 on are the same on every processor and stand as such, since not every C library
//! names them.

/// A call that is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused {
    pub(super) number: i64,
    pub(super) when: When,
}

/// When it is refused; arguments count from 0.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    Always,
    /// The argument is one of these.
    Is(u8, &'static [u64]),
    /// The argument has one of these bits.
    HasBit(u8, &'static [u64]),
    /// The argument is not the number of this process.
    IsNotSelf(u8),
}

const fn always(number: i64) -> Refused {
    Refused { number, when: When::Always }
}

/// What no thread needs: to speak to others, to start programs, to look into other processes, to change the system, and the ways around.
pub(super) const EVERYBODY: &[Refused] = &[
    // The network. Pairs of local sockets are allowed, by which signals are waited for.
    always(libc::SYS_socket),
    always(libc::SYS_connect),
    always(libc::SYS_bind),
    always(libc::SYS_listen),
    always(libc::SYS_accept),
    always(libc::SYS_accept4),
    // Other programs and processes.
    always(libc::SYS_execve),
    always(libc::SYS_execveat),
    always(libc::SYS_ptrace),
    always(libc::SYS_process_vm_readv),
    always(libc::SYS_process_vm_writev),
    always(libc::SYS_kcmp),
    Refused { number: libc::SYS_kill, when: When::IsNotSelf(0) },
    Refused { number: libc::SYS_tgkill, when: When::IsNotSelf(0) },
    always(libc::SYS_rt_sigqueueinfo),
    always(libc::SYS_rt_tgsigqueueinfo),
    always(424), // pidfd_send_signal
    always(438), // pidfd_getfd
    always(440), // process_madvise
    always(448), // process_mrelease
    // To type on the user's terminal: TIOCSTI, TIOCLINUX.
    Refused { number: libc::SYS_ioctl, when: When::Is(1, &[0x5412, 0x541C]) },
    // File systems, namespaces, handles past the path.
    always(libc::SYS_mount),
    always(libc::SYS_umount2),
    always(libc::SYS_pivot_root),
    always(libc::SYS_chroot),
    always(libc::SYS_unshare),
    always(libc::SYS_setns),
    always(libc::SYS_open_by_handle_at),
    always(libc::SYS_swapon),
    always(libc::SYS_swapoff),
    always(libc::SYS_acct),
    always(libc::SYS_quotactl),
    always(libc::SYS_fanotify_init),
    always(428), // open_tree
    always(429), // move_mount
    always(430), // fsopen
    always(431), // fsconfig
    always(432), // fsmount
    always(433), // fspick
    always(442), // mount_setattr
    always(443), // quotactl_fd
    always(467), // open_tree_attr
    // Doors into the kernel, and requests past this list.
    always(libc::SYS_bpf),
    always(libc::SYS_perf_event_open),
    always(libc::SYS_userfaultfd),
    always(libc::SYS_keyctl),
    always(libc::SYS_add_key),
    always(libc::SYS_request_key),
    always(425), // io_uring_setup
    always(426), // io_uring_enter
    always(427), // io_uring_register
    // The machine.
    always(libc::SYS_init_module),
    always(libc::SYS_finit_module),
    always(libc::SYS_delete_module),
    always(libc::SYS_kexec_load),
    always(libc::SYS_reboot),
    always(libc::SYS_sethostname),
    always(libc::SYS_setdomainname),
    always(libc::SYS_settimeofday),
    always(libc::SYS_clock_settime),
    always(libc::SYS_clock_adjtime),
    always(libc::SYS_adjtimex),
    always(libc::SYS_syslog),
    always(libc::SYS_vhangup),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_kexec_file_load),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_iopl),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_ioperm),
];

/// O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, and the bit of O_TMPFILE that is no O_DIRECTORY.
const WRITING: &[u64] = &[0o1, 0o2, 0o100, 0o1000, 0o20_000_000];

/// What changes, makes or locks a file, for threads that read evidence.
pub(super) const CHANGES: &[Refused] = &[
    Refused { number: libc::SYS_openat, when: When::HasBit(2, WRITING) },
    always(libc::SYS_truncate),
    always(libc::SYS_ftruncate),
    always(libc::SYS_fallocate),
    always(libc::SYS_unlinkat),
    always(libc::SYS_renameat2),
    always(libc::SYS_mkdirat),
    always(libc::SYS_mknodat),
    always(libc::SYS_linkat),
    always(libc::SYS_symlinkat),
    always(libc::SYS_fchmod),
    always(libc::SYS_fchmodat),
    always(libc::SYS_fchown),
    always(libc::SYS_fchownat),
    always(libc::SYS_utimensat),
    always(libc::SYS_setxattr),
    always(libc::SYS_lsetxattr),
    always(libc::SYS_fsetxattr),
    always(libc::SYS_removexattr),
    always(libc::SYS_lremovexattr),
    always(libc::SYS_fremovexattr),
    always(452), // fchmodat2
    always(463), // setxattrat
    always(466), // removexattrat
    always(469), // file_setattr
    // FS_IOC_SETFLAGS in its two sizes and FS_IOC_FSSETXATTR, for which a file need not be open for writing.
    Refused { number: libc::SYS_ioctl, when: When::Is(1, &[0x4008_6602, 0x4004_6602, 0x401C_5820]) },
    // F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE.
    Refused { number: libc::SYS_fcntl, when: When::Is(1, &[6, 7, 37, 38, 1024]) },
    always(libc::SYS_flock),
    always(libc::SYS_renameat),
    #[cfg(target_arch = "x86_64")]
    Refused { number: libc::SYS_open, when: When::HasBit(1, WRITING) },
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_creat),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_unlink),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_rename),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_mkdir),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_rmdir),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_mknod),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_link),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_symlink),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_chmod),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_chown),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_lchown),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_utime),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_utimes),
    #[cfg(target_arch = "x86_64")]
    always(libc::SYS_futimesat),
];

/// openat2(2).
pub(super) const OPENAT2: Refused = always(437);
