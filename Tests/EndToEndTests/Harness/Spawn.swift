import Foundation

/// One `posix_spawn`: files as its standard streams, default signals, a working directory.
struct Spawn: ~Copyable {
    #if os(macOS)
        private var actions: posix_spawn_file_actions_t?
        private var attributes: posix_spawnattr_t?
    #else
        private var actions = posix_spawn_file_actions_t()
        private var attributes = posix_spawnattr_t()
    #endif

    init() {
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        // The threads that tests run on block signals, and a process inherits that from the thread that starts it.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    deinit {
        var (actions, attributes) = (actions, attributes)
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
    }

    mutating func open(_ path: String, as number: Int32, _ flags: Int32) {
        posix_spawn_file_actions_addopen(&actions, number, path, flags, 0)
    }

    mutating func duplicate(_ descriptor: Int32, as number: Int32) {
        posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    }

    /// The process gets the three standard streams and nothing else: what it kept open of another test's pipe would
    /// keep that test from ever reading its end.
    /// - Returns: The process, which has to be waited for.
    mutating func run(
        _ program: String, _ arguments: [String], _ environment: [String: String], in directory: String
    ) throws -> pid_t {
        // A shell changes the directory and becomes the program: Glibc's module lacks the action that would do it.
        let shell = ["/bin/sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", directory, program]
        var argv = (shell + arguments).map { strdup($0) } + [nil]
        var envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        closeOthers()
        var process: pid_t = 0
        let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw CocoaError(.executableLoad, userInfo: [NSFilePathErrorKey: program]) }
        return process
    }

    /// Has the process close every descriptor above its standard streams.
    private mutating func closeOthers() {
        // glibc 2.34 has it, and Swift's module for glibc does not show it.
        typealias CloseFrom =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
    }
}
