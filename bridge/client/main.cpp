// immp, the IMMP client: the command line, parsed as command_table.cpp says. What the commands do is in
// command_*.cpp.
#include <algorithm>
#include <csignal>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "armor/random.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/complaint.hpp"
#include "bridge/client/display.hpp"

namespace {

using namespace immp;
using namespace immp::bridge::client;

/// What the command line filled in for one parameter.
struct Typed {
    const Parameter& parameter;
    std::string text;
    std::vector<std::string> texts;
    bool flag = false;

    [[nodiscard]] Arguments::Values values() const {
        if (parameter.kind == Kind::flag) return flag ? Arguments::Values{""} : Arguments::Values{};
        if (parameter.kind == Kind::texts) return texts;
        return text.empty() ? Arguments::Values{} : Arguments::Values{text};
    }
};

/// A command of the table as CLI11 parses it.
struct Entry {
    const CommandRow* row;
    CLI::App* command;
    std::deque<Typed> typed;  ///< CLI11 keeps pointers into it

    [[nodiscard]] Arguments arguments() const {
        Arguments all;
        for (const Typed& one : typed)
            all.set(one.parameter.key(), one.values());
        return all;
    }
};

void add(CLI::App& command, std::deque<Typed>& typed, const Parameter& parameter) {
    Typed& one = typed.emplace_back(Typed{parameter, parameter.preset, {}});
    if (parameter.kind == Kind::flag) {
        command.add_flag(parameter.name, one.flag, parameter.help);
        return;
    }
    CLI::Option* const option = parameter.kind == Kind::texts
                                    ? command.add_option(parameter.name, one.texts, parameter.help)
                                    : command.add_option(parameter.name, one.text, parameter.help);
    if (parameter.kind == Kind::texts && parameter.is_option()) option->expected(1)->take_all();
    if (parameter.kind == Kind::number) option->check(CLI::Range(parameter.least, parameter.most));
    if (*parameter.preset) option->capture_default_str();
    option->required(parameter.required);
}

CLI::App& parent_of(CLI::App& app, const CommandRow& row) {
    if (row.group().empty()) return app;
    const std::string group(row.group());
    for (CLI::App* const there : app.get_subcommands([&](CLI::App* one) { return one->get_name() == group; }))
        return *there;
    CLI::App* const made = app.add_subcommand(group, std::string(group_help(group)));
    made->fallthrough();
    made->require_subcommand(1);
    return *made;
}

std::string footer() {
    std::string text = "\nExit status:";
    std::size_t column = text.size();
    for (const StatusRow& row : status_table()) {
        const std::string next = " " + std::to_string(static_cast<int>(row.status)) + " " + row.meaning + ",";
        if (column + next.size() > 100) text += "\n", column = 0;
        text += next;
        column += next.size();
    }
    text.back() = '.';
    return text + "\nIMMP_HOME names the folder that holds logins, keys and pins (else ~/.config/immp).";
}

int complain(const Failure& failure, Format format) {
    show_failure(std::cerr, failure, format);
    return static_cast<int>(failure.status);
}

int run(const Entry& entry, const Arguments& common) {
    const Format format = common.has("--json") ? Format::json : Format::text;
    const auto folder = credentials_folder();
    if (!folder) return complain(folder.error(), format);
    Context context{.credentials = Credentials(*folder),
                    .folder = *folder,
                    .account = common.text("--account"),
                    .format = format,
                    .patience = std::chrono::seconds(common.number("--timeout")),
                    .in = std::cin,
                    .out = std::cout,
                    .notes = std::cerr};
    const Done done = entry.row->run(context, entry.arguments());
    if (!done) return complain(done.error(), format);
    std::cout.flush();
    if (!std::cout)
        return complain({ExitStatus::input_output, "cannot write to standard output; is the disk full?"},
                        format);
    return static_cast<int>(*done);
}

int run_line(int argc, char** argv) {
    CLI::App app("IMMP mail");
    app.name("immp");
    app.set_version_flag("--version", "immp " IMMP_VERSION);
    app.fallthrough();
    app.require_subcommand(1);
    app.footer(footer());
    Entry common{nullptr, &app, {}};
    for (const Parameter& parameter : common_parameters())
        add(app, common.typed, parameter);
    std::deque<Entry> entries;
    for (const CommandRow& row : command_table()) {
        CLI::App* const command = parent_of(app, row).add_subcommand(std::string(row.word()), row.help);
        Entry& entry = entries.emplace_back(Entry{&row, command, {}});
        for (const Parameter& parameter : row.parameters)
            add(*command, entry.typed, parameter);
    }
    const auto wrong = [&](const std::string& text) {
        const bool json = common.arguments().has("--json");
        return complain({ExitStatus::usage, text + "; see immp --help"}, json ? Format::json : Format::text);
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::RequiredError& error) {
        return wrong(app.get_subcommands().empty() ? "no such command" : one_line(error.what()));
    } catch (const CLI::ParseError& error) {
        return wrong(one_line(error.what()));
    }
    const auto entry = std::ranges::find_if(entries, [](const Entry& e) { return e.command->parsed(); });
    return entry == entries.end() ? wrong("no such command") : run(*entry, common.arguments());
}

}  // namespace

int main(int argc, char** argv) {
    // A connection that the server cut is a failed write here, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    if (const auto ready = armor::initialise(); !ready)
        return complain({ExitStatus::internal, "this system gives no random numbers"}, Format::text);
    return run_line(argc, argv);
}
