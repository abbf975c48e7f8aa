// immp manual
#include "bridge/client/manual.hpp"

#include <ostream>

#include "bridge/client/commands.hpp"
#include "bridge/client/roff.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr const char* kOpening = R"(.\" made by `immp manual`
.TH IMMP 1 "" "immp" "User commands"
.SH NAME
immp \- mail between XMPP domains
.SH SYNOPSIS
.B immp
.RI [ options ]
.I command
.RI [ arguments ]
.SH DESCRIPTION
.B immp
talks IMMP to the server of your domain, over TLS or through your XMPP account: it sends, lists, reads and keeps
your mail.
.B immp login
is first: it asks for your password once, and keeps a secret of its own for this device, not the password.
.B immp login \-\-xmpp
goes through your XMPP account instead, and keeps the password of that.
.PP
Text that others wrote is printed without control characters.
)";
constexpr const char* kClosing = R"(.SH NOTIFICATIONS
.B immp watch
shows new mail and pushes as notifications, too, where it finds a desktop when it starts:
\fBDISPLAY\fR or \fBWAYLAND_DISPLAY\fR is set, there is a session bus
(\fBDBUS_SESSION_BUS_ADDRESS\fR or \fI$XDG_RUNTIME_DIR/bus\fR), and the library libnotify.so.4 is
installed (Debian: libnotify4).
With \fB\-\-once\fR there are none.
Of which mail it tells is the setting \fBNOTIFY\fR (\fBimmp settings\fR).
.PP
An action of a push is a button there, with its whole address beside it.
Who presses it answers the push and opens that address, as \fBimmp answer \-\-open\fR does.
.PP
Pushes lie in the folder PUSH, which
.B immp watch
makes where it is not there yet.
.SH ENVIRONMENT
.TP
.B IMMP_HOME
the folder that holds logins, keys and pins; else
.I $XDG_CONFIG_HOME/immp
or
.IR ~/.config/immp .
.SH FILES
.TP
.I credentials
in that folder: for each account its server and this device's secret; of an account that logs in through XMPP
the XMPP password, as it is. Others must not be able to read it.
.TP
.I keys
there: the secret keys of the accounts.
.TP
.I pins
there: whose keys are known.
.SH SEE ALSO
.BR immpd (8)
)";

std::string upper(std::string_view text) {
    return to_upper(text.substr(text.find_first_not_of('-')));
}

std::string word_of(const Parameter& parameter) {
    const std::string value = parameter.kind == Kind::flag ? "" : upper(parameter.key());
    if (!parameter.is_option()) return value + (parameter.kind == Kind::texts ? "..." : "");
    const std::string_view all = parameter.name;
    return std::string(all.substr(0, all.find(','))) + (value.empty() ? "" : " " + value);
}

std::string explained(const Parameter& parameter) {
    const std::string_view all = parameter.name;
    std::string names = roff_text(all.substr(0, all.find(',')));
    if (parameter.key() != all) names += "\\fR, \\fB" + roff_text(parameter.key());
    const bool has_value = parameter.is_option() && parameter.kind != Kind::flag;
    std::string text = ".TP\n\\fB" + (parameter.is_option() ? names : roff_text(upper(parameter.key()))) +
                       "\\fR" + (has_value ? " \\fI" + roff_text(upper(parameter.key())) + "\\fR" : "") +
                       "\n" + roff_text(parameter.help);
    if (*parameter.preset) text += " (" + roff_text(parameter.preset) + ")";
    return text + "\n";
}

std::string section(const CommandRow& row) {
    std::string text = ".SS " + roff_text(synopsis(row)) + "\n" + roff_text(row.help) + ".\n";
    for (const Parameter& parameter : row.parameters)
        text += explained(parameter);
    return text;
}

}  // namespace

std::string synopsis(const CommandRow& row) {
    std::string text = std::string("immp ") + row.name;
    for (const Parameter& parameter : row.parameters) {
        const bool optional = !parameter.required;
        const bool again = parameter.is_option() && parameter.kind == Kind::texts;
        text += (optional ? " [" : " ") + word_of(parameter) + (optional ? "]" : "") + (again ? "..." : "");
    }
    return text;
}

std::string manual_page(std::span<const CommandRow> rows) {
    std::string page = kOpening;
    page += ".SH OPTIONS\n";
    for (const Parameter& parameter : common_parameters())
        page += explained(parameter);
    page += ".SH COMMANDS\n";
    for (const CommandRow& row : rows)
        page += section(row);
    page += ".SH EXIT STATUS\n";
    for (const StatusRow& row : status_table())
        page += ".TP\n" + std::to_string(static_cast<int>(row.status)) + "\n" + roff_text(row.meaning) + "\n";
    return page + kClosing;
}

Done run_manual(Context& context, const Arguments&) {
    context.out << manual_page(command_table());
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
