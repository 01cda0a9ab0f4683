/// What stands on every page, by the names under which the template asks for it.
struct PageWords: Sendable {
    let language: String
    let outcome: String
    let run: String
    let report: String
    let madeBy: String
    let checks: String
    let checksName: String
    let checksCaption: String
    let check: String
    let result: String
    let detail: String
    let table: String
    let numbers: String
    let inNumbers: String
    let none: String
    let tieOut: String
    let tieOutName: String
    let tieOutCaption: String
    let what: String
    let oneCount: String
    let otherCount: String
    let provenance: String
    let provenanceName: String
    let provenanceCaption: String
    let source: String
    let queryDigest: String
    let rows: String
    let times: String
    let manifest: String
    let unknown: String
    let pass: String
    let fail: String
    let notDecided: String

    /// As the template takes it.
    var named: [String: String] {
        [
            "language": language,
            "outcome": outcome,
            "run": run,
            "report": report,
            "madeBy": madeBy,
            "checks": checks,
            "checksName": checksName,
            "checksCaption": checksCaption,
            "check": check,
            "result": result,
            "detail": detail,
            "table": table,
            "numbers": numbers,
            "inNumbers": inNumbers,
            "none": none,
            "tieOut": tieOut,
            "tieOutName": tieOutName,
            "tieOutCaption": tieOutCaption,
            "what": what,
            "oneCount": oneCount,
            "otherCount": otherCount,
            "provenance": provenance,
            "provenanceName": provenanceName,
            "provenanceCaption": provenanceCaption,
            "source": source,
            "queryDigest": queryDigest,
            "rows": rows,
            "times": times,
            "manifest": manifest,
            "unknown": unknown,
            "pass": pass,
            "fail": fail,
            "notDecided": notDecided,
        ]
    }

    static let english = PageWords(
        language: "en",
        outcome: "Outcome of the run:",
        run: "The run",
        report: "Report",
        madeBy: "Made by",
        checks: "Checks",
        checksName: "checks",
        checksCaption: "What was checked. “Not decided” never counts as a pass.",
        check: "Check",
        result: "Result",
        detail: "Detail",
        table: "Table:",
        numbers: "numbers",
        inNumbers: "in numbers",
        none: "none",
        tieOut: "Tie-out",
        tieOutName: "tie-out",
        tieOutCaption: "The same thing counted twice, independently",
        what: "What",
        oneCount: "One count",
        otherCount: "The other",
        provenance: "Where the figures come from",
        provenanceName: "provenance",
        provenanceCaption: "Each query by its SHA-256, and the rows it gave",
        source: "Source",
        queryDigest: "SHA-256 of the query",
        rows: "Rows",
        times: "All times are UTC. No key is shown here.",
        manifest: "beside this file holds the SHA-256 of every file of this run.",
        unknown: "unknown",
        pass: "pass",
        fail: "fail",
        notDecided: "not decided")

    static let french = PageWords(
        language: "fr",
        outcome: "Issue de l’exécution\u{202F}:",
        run: "L’exécution",
        report: "Rapport",
        madeBy: "Produit par",
        checks: "Contrôles",
        checksName: "contrôles",
        checksCaption:
            "Ce qui a été contrôlé. «\u{202F}Indéterminé\u{202F}» ne vaut jamais «\u{202F}conforme\u{202F}».",
        check: "Contrôle",
        result: "Résultat",
        detail: "Détail",
        table: "Tableau\u{202F}:",
        numbers: "chiffres",
        inNumbers: "en chiffres",
        none: "aucun",
        tieOut: "Rapprochement",
        tieOutName: "rapprochement",
        tieOutCaption: "La même chose comptée deux fois, indépendamment",
        what: "Quoi",
        oneCount: "Un décompte",
        otherCount: "L’autre",
        provenance: "D’où viennent les chiffres",
        provenanceName: "provenance",
        provenanceCaption: "Chaque requête par son SHA-256, et le nombre de lignes",
        source: "Source",
        queryDigest: "SHA-256 de la requête",
        rows: "Lignes",
        times: "Toutes les heures sont en UTC. Aucune clé n’apparaît ici.",
        manifest: "à côté de ce fichier contient le SHA-256 de chaque fichier de cette exécution.",
        unknown: "inconnu",
        pass: "conforme",
        fail: "non conforme",
        notDecided: "indéterminé")
}
