internal import FoundationEssentials
internal import Mustache
internal import Secrets

/// One file: no script, no request, whole under `default-src 'none'`, printable, dark where wished.
public enum HTMLWriter {
    /// `language` is that of what every report has; the model brings its own texts.
    public static func write(
        _ report: Report, in language: PageLanguage = .english
    ) throws(ReportsError) -> [UInt8] {
        try render(reportTemplate, HTMLView(language: language).of(report.harmless))
    }

    /// The list of runs, newest first.
    public static func writeIndex(_ runs: [RunEntry]) throws(ReportsError) -> [UInt8] {
        let rows = runs.sorted { ($0.startedAt, $0.folder) > ($1.startedAt, $1.folder) }.map(
            HTMLView(language: .english).of)
        return try render(
            indexTemplate,
            ["runs": rows, "count": Wording.grouped(runs.count), "limit": Wording.grouped(ReportFolder.listedRunCount)])
    }

    /// Reads the templates before they are needed, while something else is waited for.
    public static func prepare() {
        _ = reportTemplate
        _ = indexTemplate
    }

    private static let reportTemplate = parsed(PackageResources.report_mustache)
    private static let indexTemplate = parsed(PackageResources.index_mustache)

    private static func parsed(_ template: [UInt8]) -> MustacheTemplate? {
        try? MustacheTemplate(string: String(decoding: template, as: UTF8.self))
    }

    private static func render(_ template: MustacheTemplate?, _ view: [String: Any]) throws(ReportsError) -> [UInt8] {
        guard let template else { throw .cannotRender }
        let style = PackageResources.style_css
        var view = view
        view["style"] = String(decoding: style, as: UTF8.self)
        view["styleDigest"] = Data(SHA256.digest(of: style.span)).base64EncodedString()
        return Array(template.render(view).utf8)
    }
}
