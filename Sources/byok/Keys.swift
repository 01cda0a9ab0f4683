import ArgumentParser

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds, imports, lists, shows and deletes users' keys.",
        subcommands: [KeysAdd.self, KeysImport.self, KeysList.self, KeysShow.self, KeysDelete.self])
}
