import Dispatch

/// A thread for a node: it waits for disks, and holds up no thread of Swift's pool while it does.
final class NodeExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "ledger.node")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
