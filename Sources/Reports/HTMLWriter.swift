internal import FoundationEssentials
internal import Mustache
internal import Secrets

/// One file: no script, no request, whole under `default-src 'none'`, printable, dark where wished.
public enum HTMLWriter {
    /// `language` is that of what every report has; the model brings its own texts.
    public static func write(
        _ report: Report, in language: PageLanguage = .english
    ) throws(ReportsError) -> [UInt8] {
        try render(PackageResources.report_mustache, HTMLView(language: language).of(report.harmless))
    }

    /// The list of runs, newest first.
    public static func writeIndex(_ runs: [RunEntry]) throws(ReportsError) -> [UInt8] {
        let rows = runs.sorted { ($0.startedAt, $0.folder) > ($1.startedAt, $1.folder) }.map(
            HTMLView(language: .english).of)
        return try render(PackageResources.index_mustache, ["runs": rows, "count": Wording.grouped(runs.count)])
    }

    private static func render(_ template: [UInt8], _ view: [String: Any]) throws(ReportsError) -> [UInt8] {
        let style = PackageResources.style_css
        var view = view
        view["style"] = String(decoding: style, as: UTF8.self)
        view["styleDigest"] = Data(SHA256.digest(of: style.span)).base64EncodedString()
        do {
            let template = try MustacheTemplate(string: String(decoding: template, as: UTF8.self))
            return Array(template.render(view).utf8)
        } catch {
            throw .cannotRender
        }
    }
}
