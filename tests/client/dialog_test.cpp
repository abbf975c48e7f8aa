// Each file of dialogs/ is a test: a command line of `immp`, the server it meets, its exit status and what it
// prints. The head of a file:
//
//     run: arguments              %SERVER% is the server's HOST:PORT, %CA% the authority's file
//     stdin: text                 \n is unescaped
//     stored: account [m t]       who is logged in, with the device secret "device-secret"
//     loose: name                 others may read that file, the credentials where there is no name
//     certificate: name|expired|strange    else one for a.example
//     home: name text             a 0600 file beside the credentials; \n is unescaped
//     file: name text             a file in the folder where the command runs
//     program: name text          the same, and it can be run: it is found before those of the system
//     note: text                  is shown on the desktop that there is then; press: which button, from 0
//     asked: text                 what the terminal shows; there is none else. typed: what is answered then
//     status: number
//     out: text                   is in the output; `out!:` is not; err:, err!: in standard error
//     kept: name text             is in that file beside the credentials
//     written: name text          that file holds this afterwards; `absent: name`
//
// Then `---` and the server's script (scripted_server.hpp), where `greeting` and `login` stand for the usual
// beginning; no script means that no server is reached.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <optional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "armor/random.hpp"
#include "bridge/client/credentials.hpp"
#include "tests/client/program.hpp"
#include "tests/client/scripted_server.hpp"
#include "tests/client/session_bus.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kGreeting = {
    "S: 100- IMMP/1.0 Server at a.example",
    "S: 100  Please upgrade the connection to one of the following:",
    "S: 102 TLS3 TLS2",
    "S: 101 p=IMMP v=1.0 d=a.example",
    "C: UPGRADE TLS3",
    "S: 204 Upgrading",
    "T: 1.3",
    "S: 101 p=IMMP v=1.0 d=a.example caps=auth,mbox",
};
const std::vector<std::string> kLogin = {
    "C: AUTH SECRET alice@a.example \"laptop\"",
    "S: 302 Shared secret authentication request initiated",
    "S: 303 n1=24c17bb6-11ef-4cfa-8c5c-440ceadc8431 n2=1381978910 kda=argon2id m=19456 t=2 p=1 "
    "salt=AAECAwQFBgcICQoLDA0ODw== k=scram-sha-256",
    "P: device-secret",
};

struct Dialog {
    std::vector<std::pair<std::string, std::string>> head;
    std::vector<std::string> script;

    [[nodiscard]] std::vector<std::string> all(const std::string& key) const {
        std::vector<std::string> found;
        for (const auto& [name, value] : head)
            if (name == key) found.push_back(value);
        return found;
    }
    [[nodiscard]] std::optional<std::string> one(const std::string& key) const {
        const auto found = all(key);
        return found.empty() ? std::nullopt : std::optional(found.front());
    }
};

Dialog load(const std::filesystem::path& path) {
    Dialog dialog;
    std::ifstream file(path);
    bool in_script = false;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line == "---")
            in_script = true;
        else if (in_script && (line == "greeting" || line == "login"))
            std::ranges::copy(line == "login" ? kLogin : kGreeting, std::back_inserter(dialog.script));
        else if (in_script)
            dialog.script.push_back(line);
        else
            dialog.head.emplace_back(line.substr(0, line.find(':')),
                                     line.substr(std::min(line.size(), line.find(':') + 2)));
    }
    return dialog;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

std::ptrdiff_t count(std::string_view text, std::string_view what) {
    std::ptrdiff_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

test::Pem certificate(const test::Authority& authority, const std::string& kind) {
    if (kind == "expired") return authority.issue("a.example", {seconds(-7200), seconds(-3600)});
    if (kind == "strange") return test::Authority().issue("a.example");
    return authority.issue(kind);
}

std::vector<test::Typed> typed_in(const Dialog& dialog) {
    std::vector<test::Typed> typed;
    const auto asked = dialog.all("asked");
    const auto answers = dialog.all("typed");
    for (std::size_t at = 0; at < std::min(asked.size(), answers.size()); ++at)
        typed.push_back({asked[at], answers[at]});
    return typed;
}

class DialogTest : public testing::TestWithParam<std::string> {
  protected:
    void store(const std::string& text, const std::string& server) {
        std::istringstream words(text);
        StoredAccount account;
        words >> account.account >> account.seen.memory_kib >> account.seen.passes;
        account.server = server;
        account.ca_file = folder_.path("ca.pem");
        account.start = TlsStart::upgrade;
        account.device = "laptop";
        account.secret = armor::SecretText(std::string("device-secret"));
        ASSERT_TRUE(Credentials(folder_.path("home")).save(std::move(account)));
    }

    void prepare(const Dialog& dialog, const std::string& server) {
        std::filesystem::create_directory(folder_.path("work"));
        folder_.write("ca.pem", authority_.pem());
        for (const std::string& account : dialog.all("stored"))
            store(account, server);
        for (const std::string& file : dialog.all("home")) {
            const std::string name = "home/" + file.substr(0, file.find(' '));
            folder_.write(name, replaced(file.substr(file.find(' ') + 1), "\\n", "\n"));
            ASSERT_EQ(::chmod(folder_.path(name).c_str(), 0600), 0);
        }
        if (const auto loose = dialog.one("loose")) {
            const std::string name = "home/" + (loose->empty() ? "credentials" : *loose);
            ASSERT_EQ(::chmod(folder_.path(name).c_str(), 0644), 0);
        }
        for (const std::string& file : dialog.all("file"))
            folder_.write("work/" + file.substr(0, file.find(' ')), file.substr(file.find(' ') + 1));
        for (const std::string& program : dialog.all("program")) {
            const std::string name = "work/" + program.substr(0, program.find(' '));
            folder_.write(name, replaced(program.substr(program.find(' ') + 1), "\\n", "\n"));
            ASSERT_EQ(::chmod(folder_.path(name).c_str(), 0755), 0);
        }
    }

    test::Ran run(const Dialog& dialog, const std::vector<std::string>& arguments,
                  const test::Environment& more) {
        return test::run_immp(arguments, replaced(dialog.one("stdin").value_or(""), "\\n", "\n"),
                              folder_.path("home"), folder_.path("work"), more, typed_in(dialog));
    }

    /// Presses the button when the note is there.
    test::Ran run_on_a_desktop(const Dialog& dialog, const std::vector<std::string>& arguments) {
        const test::SessionBus bus;
        const auto desktop = bus.raise_desktop();
        EXPECT_TRUE(desktop) << "no dbus-daemon, python3-dbus or python3-gi";
        if (!desktop) return {};
        auto ran = std::async(std::launch::async, [&] {
            return run(dialog, arguments, {{"DISPLAY", ":99"}, {"DBUS_SESSION_BUS_ADDRESS", bus.address()}});
        });
        EXPECT_THAT(desktop->line(), HasSubstr(*dialog.one("note")));
        if (const auto button = dialog.one("press")) {
            EXPECT_TRUE(desktop->say("1 " + *button + "\n"));
        }
        return ran.get();
    }

    void check_output(const Dialog& dialog, const test::Ran& ran) {
        for (const std::string& text : dialog.all("out"))
            EXPECT_THAT(ran.out, HasSubstr(replaced(text, "\\n", "\n")));
        for (const std::string& text : dialog.all("out!"))
            EXPECT_THAT(ran.out, Not(HasSubstr(text)));
        for (const std::string& question : dialog.all("asked"))
            EXPECT_THAT(ran.terminal, HasSubstr(question));
        for (const std::string& text : dialog.all("err"))
            EXPECT_THAT(ran.err, HasSubstr(replaced(text, "\\n", "\n")));
        for (const std::string& text : dialog.all("err!"))
            EXPECT_THAT(ran.err, Not(HasSubstr(text)));
        EXPECT_THAT(ran.err, Not(HasSubstr("\x1b")));
        // One line for a failure; notes of an earlier try, or of a watch, may stand above it.
        if (ran.status >= 64 && !ran.err.empty() && !dialog.one("note")) {
            EXPECT_EQ(std::ranges::count(ran.err, '\n'), 1 + count(ran.err, "(trying again)") +
                                                             count(ran.err, "(again in ") +
                                                             count(ran.err, "immp: watching "));
        }
    }

    void check_files(const Dialog& dialog) {
        for (const std::string& file : dialog.all("written"))
            EXPECT_EQ(folder_.read("work/" + file.substr(0, file.find(' '))),
                      file.substr(file.find(' ') + 1));
        for (const std::string& file : dialog.all("kept"))
            EXPECT_THAT(folder_.read("home/" + file.substr(0, file.find(' '))),
                        HasSubstr(replaced(file.substr(file.find(' ') + 1), "\\n", "\n")));
        for (const std::string& file : dialog.all("absent"))
            EXPECT_FALSE(std::filesystem::exists(folder_.path("work/" + file))) << file;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path("work")))
            EXPECT_FALSE(entry.path().filename().string().starts_with(".immp")) << "left behind: " << entry;
    }

    test::TemporaryFolder folder_;
    test::Authority authority_;
};

TEST_P(DialogTest, GoesAsWritten) {
    const Dialog dialog = load(tests::tests_path("client/dialogs/" + GetParam() + ".txt"));
    ASSERT_TRUE(dialog.one("run"));
    ASSERT_TRUE(dialog.one("status"));
    test::ScriptedServer server(dialog.script,
                                certificate(authority_, dialog.one("certificate").value_or("a.example")));
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    prepare(dialog, at);
    std::vector<std::string> arguments = test::split_words(*dialog.one("run"));
    for (std::string& argument : arguments)
        argument = replaced(replaced(argument, "%SERVER%", at), "%CA%", folder_.path("ca.pem"));

    const test::Ran ran =
        dialog.one("note") ? run_on_a_desktop(dialog, arguments) : run(dialog, arguments, {});
    EXPECT_EQ(ran.status, std::stoi(*dialog.one("status"))) << ran.out << ran.err;
    if (!dialog.one("server")) {
        EXPECT_EQ(server.finish(), "");
    }
    check_output(dialog, ran);
    check_files(dialog);
}

std::vector<std::string> dialog_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(tests::tests_path("client/dialogs")))
        names.push_back(entry.path().stem().string());
    std::ranges::sort(names);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Client, DialogTest, testing::ValuesIn(dialog_names()),
                         [](const testing::TestParamInfo<std::string>& dialog) { return dialog.param; });

}  // namespace
}  // namespace immp::bridge::client
