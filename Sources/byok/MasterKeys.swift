import ArgumentParser

struct MasterKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "master-keys",
        abstract: "Makes master keys, tells the database which ones there are and which is current, lists them.",
        subcommands: [
            MasterKeysGenerate.self, MasterKeysRegister.self, MasterKeysSetCurrent.self, MasterKeysList.self,
        ])
}
