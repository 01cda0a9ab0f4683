/// The model as the templates want it: names and texts, sections on and off.
struct HTMLView {
    let language: PageLanguage

    func of(_ report: Report) -> [String: Any] {
        [
            "words": language.words.named, "title": report.title, "job": report.job, "id": report.id,
            "tool": report.tool,
            "toolVersion": report.toolVersion, "outcome": report.outcome, "schema": Report.schema,
            "status": status(report.status), "facts": report.facts.map(of),
            "hasChecks": !report.checks.isEmpty, "checks": report.checks.map(of),
            "hasTieOuts": !report.tieOuts.isEmpty, "tieOuts": report.tieOuts.map(of),
            "hasProvenance": !report.provenance.isEmpty, "provenance": report.provenance.map(of),
            "sections": report.sections.enumerated().map { of($1, number: $0 &+ 1) },
        ]
    }

    func of(_ run: RunEntry) -> [String: Any] {
        [
            "job": run.job, "startedAt": run.startedAt, "runID": run.runID, "outcome": run.outcome,
            "status": status(run.status), "path": run.job + "/" + run.folder + "/report.html",
        ]
    }

    private func of(_ fact: Fact) -> [String: Any] {
        ["name": fact.name, "value": Wording.text(fact.value, language)]
    }

    private func of(_ check: Check) -> [String: Any] {
        ["name": check.name, "status": status(check.status), "detail": check.detail]
    }

    private func of(_ tieOut: TieOut) -> [String: Any] {
        [
            "name": tieOut.name, "left": of(tieOut.left), "right": of(tieOut.right), "status": status(tieOut.status),
        ]
    }

    private func of(_ provenance: Provenance) -> [String: Any] {
        [
            "source": provenance.source, "queryDigest": provenance.queryDigest,
            "rowCount": Wording.grouped(provenance.rowCount),
        ]
    }

    private func of(_ section: Section, number: Int) -> [String: Any] {
        let charts = section.charts.enumerated().map { BarChartView.of($1, id: "chart-\(number)-\($0 &+ 1)") }
        return [
            "id": "section-\(number)", "title": section.title, "notes": section.notes,
            "tables": section.tables.map(of), "charts": charts,
        ]
    }

    private func of(_ table: Table) -> [String: Any] {
        [
            "caption": table.caption,
            "columns": table.columns.map { ["title": $0.title, "class": $0.kind.styleClass] },
            "rows": TableRows(table.rows, of: table, in: language).lines,
            "totals": table.totals.map { [TableRows([$0], of: table, in: language).lines] } ?? [],
            "isEmpty": table.rows.isEmpty, "width": "\(table.columns.count)",
        ]
    }

    private func status(_ status: CheckStatus) -> [String: Any] {
        ["text": Wording.status(status, language), "class": Wording.statusClass(status)]
    }
}
