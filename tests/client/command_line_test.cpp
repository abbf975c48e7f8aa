// What is made from the command table: completion that real shells run, a manual that groff takes without a
// warning, and a row that names nothing twice.
#include "bridge/client/command_line.hpp"

#include <cstdio>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "bridge/client/completion.hpp"
#include "bridge/client/manual.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

/// What a shell's command line prints, standard error too.
std::string output_of(const std::string& command) {
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::string text;
    char room[4096];
    for (std::size_t got = 0; (got = std::fread(room, 1, sizeof room, pipe)) > 0;)
        text.append(room, got);
    const int status = ::pclose(pipe);
    return status == 0 ? text : text + "status " + std::to_string(status);
}

class MadeFromTheTable : public testing::Test {
  protected:
    std::string written(const char* name, const std::string& text) {
        const std::string path = folder_.path(name);
        std::ofstream(path) << text;
        return path;
    }
    /// What bash offers behind these words, the last of which is being typed.
    std::string offered(const std::string& words, int last) {
        const std::string script = written("immp.bash", bash_completion(command_table()));
        return output_of("bash -c '. " + script + "; COMP_WORDS=(" + words +
                         "); COMP_CWORD=" + std::to_string(last) + "; _immp; echo \"${COMPREPLY[*]}\"'");
    }

    const test::TemporaryFolder folder_;
};

TEST_F(MadeFromTheTable, BashCompletesCommandsOptionsAndValues) {
    EXPECT_EQ(offered("immp lo", 1), "login logout\n");
    EXPECT_EQ(offered("immp --json lo", 2), "login logout\n");
    EXPECT_EQ(offered("immp send --at", 2), "--attach\n");
    EXPECT_EQ(offered("immp ls I", 2), "INBOX\n");
    EXPECT_EQ(offered("immp read 1 --folder T", 4), "TRASH\n");
    EXPECT_EQ(offered("immp completion z", 2), "zsh\n");
    const std::string path = written("drawing.bin", "x");
    EXPECT_EQ(offered("immp send -a " + path.substr(0, path.size() - 2), 3), path + "\n");
    EXPECT_EQ(offered("immp send -s drawing", 3), "\n");
}

TEST_F(MadeFromTheTable, ZshTakesItsCompletion) {
    const std::string script = zsh_completion(command_table());
    EXPECT_EQ(output_of("zsh -n " + written("_immp", script)), "");
    EXPECT_NE(script.find("#compdef immp\n"), script.npos);
    EXPECT_NE(script.find("'send:Send a message; its text comes from standard input'"), script.npos);
}

TEST_F(MadeFromTheTable, GroffTakesTheManualAndShowsEachCommand) {
    const std::string path = written("immp.1", manual_page(command_table()));
    EXPECT_EQ(output_of("groff -man -ww -z -Tutf8 " + path), "");
    const std::string shown = output_of("groff -man -Tascii -P-cbou -rLL=400n " + path);
    for (const CommandRow& row : command_table())
        EXPECT_NE(shown.find(synopsis(row)), shown.npos) << synopsis(row);
}

TEST_F(MadeFromTheTable, TheManualSaysWhenNotificationsShowAndWhatIsKept) {
    const std::string path = written("immp.1", manual_page(command_table()));
    const std::string shown = output_of("groff -man -Tascii -P-cbou -rLL=2000n " + path);
    for (const char* words :
         {"over TLS or through your XMPP account", "DISPLAY or WAYLAND_DISPLAY is set",
          "(DBUS_SESSION_BUS_ADDRESS or $XDG_RUNTIME_DIR/bus), and the library libnotify.so.4",
          "as immp answer --open does", "the folder PUSH, which immp watch makes",
          "the XMPP password, as it is", "with --xmpp of the XMPP server (5222)"})
        EXPECT_NE(shown.find(words), shown.npos) << words;
}

TEST_F(MadeFromTheTable, NoRowNamesAnythingTwice) {
    std::set<std::string> commands;
    for (const CommandRow& row : command_table()) {
        EXPECT_TRUE(commands.insert(row.name).second) << row.name;
        EXPECT_TRUE(row.group().empty() || !group_help(row.group()).empty()) << row.name;
        std::set<std::string_view> keys;
        for (const auto& parameters : {common_parameters(), std::span<const Parameter>(row.parameters)})
            for (const Parameter& parameter : parameters)
                EXPECT_TRUE(keys.insert(parameter.key()).second) << row.name << " " << parameter.name;
    }
}

}  // namespace
}  // namespace immp::bridge::client
