/// The version of the whole suite, for `--version`, metrics and reports.
public enum SuiteVersion {
    public static let text: StaticString = "1.0.0"
}
