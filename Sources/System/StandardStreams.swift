internal import Glibc

/// Standard input, output and error as this process was given them.
public enum StandardStreams {
    /// Keeps the number of one that came closed from what is opened next: a key would be read from a timer, or a log written
    /// into the database's socket. Using it goes on to fail, as it is opened the wrong way round.
    public static func holdClosed() {
        for (number, way) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) < 0 {
            // The lowest free number is this one: those below it are open by now.
            _ = unsafe open("/dev/null", way)
        }
    }
}
