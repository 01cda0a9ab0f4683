public import Secrets
public import System

public enum ReportsError: Error, Equatable {
    case file(SystemError)
    case signing(SecretsError)
    /// A name that is not one plain path component, or used twice in a report.
    case badFileName
    /// A template or an encoder refused; a programmer's mistake.
    case cannotRender
}
