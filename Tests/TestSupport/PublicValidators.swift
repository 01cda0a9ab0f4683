public import Foundation

/// The public validators that `scripts/bootstrap --tests` installs where it can; tests of what is absent skip themselves.
public enum PublicValidators {
    public static let python = Repository.root.appending(path: ".build/validators/bin/python").path

    /// The folder in which Python keeps a package, where it has it.
    public static func home(of package: String) -> URL? {
        let finished = try? Subprocess.run(
            python, ["-c", "import \(package), pathlib; print(pathlib.Path(\(package).__file__).parent.parent)"])
        guard let finished, finished.status == 0 else { return nil }
        return URL(filePath: finished.stdout.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
