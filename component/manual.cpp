#include "component/manual.hpp"

#include <CLI/CLI.hpp>

#include "bridge/client/roff.hpp"
#include "bridge/wire/token.hpp"
#include "component/config_keys.hpp"
#include "component/invocation.hpp"

namespace immp::component {

namespace {

using bridge::client::roff_text;

constexpr const char* kOpening = R"(.\" made by `immpd manual`
.TH IMMPD 8 "" "immp" "System administration"
.SH NAME
immpd \- mail for an XMPP domain
.SH SYNOPSIS
.B immpd
.I command
.RI [ arguments ]
.SH DESCRIPTION
.B immpd
gives a domain that Prosody or ejabberd serves mail, federated with other such domains through XMPP. It is a component of
the XMPP server, and a TLS listener for the domain's users.
.PP
Commands that read or change the store may be used while the daemon runs. Root's are carried out as the user who owns it.
)";
constexpr const char* kClosing = R"(.SH FILES
.TP
.I /etc/immp/immpd.toml
the configuration
.TP
.I /var/lib/immp
the store, and the socket of
.B immpd ping
and
.B immpd status
.SH SIGNALS
.TP
.B SIGHUP
read certificate and key again
.TP
.B SIGTERM
answer what is pending, and end
.SH SEE ALSO
.BR immp (1)
)";

struct StatusRow {
    int status;
    const char* meaning;
};
constexpr StatusRow kStatuses[] = {
    {0, "done"},
    {kUsage, "the command line is wrong"},
    {kBadData, "what was given cannot be used: an address, a name that is taken or not there"},
    {kUnreached, "somebody who should answer did not"},
    {kInternal, "an error of immpd itself"},
    {kStoreFailed, "the store cannot be read or written"},
    {kMisconfigured, "the configuration, or a certificate, is wrong"},
};

bool is_flag(const CLI::Option& option) {
    return option.get_type_size() == 0;
}

std::string value_of(const CLI::Option& option) {
    const auto& names = option.get_lnames();
    return bridge::to_upper(names.empty() ? option.get_name(true) : names.front());
}

/// `ADDRESS`, `--expires EXPIRES`, `--json`
std::string word_of(const CLI::Option& option) {
    if (option.get_positional()) return value_of(option);
    return "--" + option.get_lnames().front() + (is_flag(option) ? "" : " " + value_of(option));
}

bool is_help(const CLI::Option* option) {
    return option->check_lname("help");
}

std::string section(const CLI::App& command, const std::string& name) {
    std::string synopsis = name;
    std::string explained;
    for (const CLI::Option* option : command.get_options()) {
        if (is_help(option)) continue;
        const std::string word = word_of(*option);
        synopsis += option->get_required() ? " " + word : " [" + word + "]";
        if (option->get_description().empty()) continue;
        explained += ".TP\n\\fB" + roff_text(word) + "\\fR\n" + roff_text(option->get_description());
        if (const std::string preset = option->get_default_str(); !preset.empty())
            explained += " (" + roff_text(preset) + ")";
        explained += "\n";
    }
    return ".SS " + roff_text(synopsis) + "\n" + roff_text(command.get_description()) + "\n" + explained;
}

/// Those that do something by themselves, each behind the one it belongs to.
std::string sections(const CLI::App& parent, const std::string& name) {
    std::string text;
    for (const CLI::App* command : parent.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string whole = name + " " + command->get_name();
        if (command->get_require_subcommand_min() == 0) text += section(*command, whole);
        text += sections(*command, whole);
    }
    return text;
}

std::string keys_section() {
    std::string text =
        ".SH CONFIGURATION\nA key of the file, its default, and what stands for it in the environment.\n";
    for (const KeySpec& key : config_keys()) {
        const std::string section = key.section.empty() ? "" : "[" + std::string(key.section) + "] ";
        text += ".TP\n\\fB" + roff_text(section + std::string(key.name)) + "\\fR";
        if (!key.fallback.empty()) text += " = " + roff_text(key.fallback);
        text += "\n" + roff_text(key.meaning) + "; " + roff_text(environment_name(key)) + "\n";
    }
    return text;
}

}  // namespace

std::string manual_page(const CLI::App& app) {
    std::string page = kOpening;
    page += ".SH COMMANDS\n" + sections(app, "immpd") + keys_section() + ".SH EXIT STATUS\n";
    for (const StatusRow& row : kStatuses)
        page += ".TP\n" + std::to_string(row.status) + "\n" + roff_text(row.meaning) + "\n";
    return page + kClosing;
}

}  // namespace immp::component
