// immp open URI: what an address stands for. What one can only read is shown at once; whatever speaks to
// somebody else is asked about first.
#include <functional>
#include <ostream>
#include <utility>

#include "bridge/client/commands.hpp"
#include "bridge/client/complaint.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/terminal.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/wire/imid_uri.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxTypedBytes = 1'002;

struct Request {
    Context& context;
    const ImidUri& uri;

    [[nodiscard]] std::string option(std::string_view name) const {
        for (const ImidUri::Option& each : uri.options)
            if (each.name == name) return each.value;
        return {};
    }
    [[nodiscard]] bool has_option(std::string_view name) const {
        for (const ImidUri::Option& each : uri.options)
            if (each.name == name) return true;
        return false;
    }
};

/// The arguments of another command, with nothing but these.
Arguments only(std::string_view command, const std::vector<std::pair<std::string, std::string>>& given) {
    Arguments arguments;
    for (const CommandRow& row : command_table()) {
        if (row.name != command) continue;
        for (const Parameter& parameter : row.parameters)
            arguments.set(parameter.key(),
                          *parameter.preset ? Arguments::Values{parameter.preset} : Arguments::Values{});
    }
    for (const auto& [name, value] : given)
        arguments.set(name, {value});
    return arguments;
}

/// Does it after a yes; `command` does it without a question.
Done after_yes(const Request& request, const std::string& question, const std::string& command,
               const std::function<Done()>& act) {
    const auto yes = confirmed(
        question, "nothing was done, since there is no terminal to ask at; without a question: " + command);
    if (!yes) return std::unexpected(yes.error());
    if (*yes) return act();
    request.context.notes << "Nothing was done.\n";
    return ExitStatus::ok;
}

Done subscribe(const Request& request) {
    const auto node = typed_node(request.uri.imid.text());
    if (!node) return std::unexpected(node.error());
    const auto account = chosen_account(request.context);
    if (!account) return std::unexpected(account.error());
    return after_yes(
        request,
        "Subscribe " + account->account + " to " + one_line(*node) + ", whose items then come to it?",
        "immp subscribe " + one_line(*node), [&] { return subscribe_to(request.context, *node); });
}

Done write_mail(const Request& request) {
    const std::string to = request.uri.imid.text();
    std::string subject = request.option("subject");
    const auto write = [&]() -> Done {
        if (subject.empty()) {
            const auto line = ask_terminal("Subject: ", kMaxTypedBytes, Echo::shown,
                                           "there is no terminal to ask for a subject; immp send takes one");
            if (!line) return std::unexpected(line.error());
            subject = line->substr(0, line->find_first_of("\r\n"));
        } else {
            request.context.notes << "Subject: " << one_line(subject) << '\n';
        }
        return run_send(request.context, only("send", {{"to", to}, {"--subject", subject}}));
    };
    return after_yes(request, "Write a mail to " + one_line(to) + "?", "immp send " + one_line(to), write);
}

/// `/INBOX`, or with its owner where that is not the account itself.
Outcome<std::string> folder_of(const Request& request) {
    const auto account = chosen_account(request.context);
    if (!account) return std::unexpected(account.error());
    const Imid& imid = request.uri.imid;
    const std::string folder = imid.folder.empty() ? "/INBOX" : imid.folder;
    return parse_folder(imid.account() == account->account ? folder : imid.account() + folder);
}

Done show_thing(const Request& request) {
    const Imid& imid = request.uri.imid;
    const auto folder = folder_of(request);
    if (!folder) return std::unexpected(folder.error());
    if (imid.message.empty()) return run_list(request.context, only("ls", {{"folder", *folder}}));
    return read_message(request.context, *folder, imid.message);
}

Done open(const Request& request) {
    const Imid& imid = request.uri.imid;
    if (request.has_option("subscribe")) return subscribe(request);
    if (request.uri.scheme == UriScheme::immp)
        return failed(ExitStatus::bad_input,
                      "it asks for something that this immp does not know: " + one_line(request.uri.text()));
    if (!imid.message.empty() || !imid.folder.empty()) return show_thing(request);
    if (imid.local.empty()) {
        request.context.out << one_line(imid.domain) << " is a domain; an address of somebody there is user@"
                            << one_line(imid.domain) << '\n';
        return ExitStatus::ok;
    }
    if (imid.local.find('/') != imid.local.npos) {
        request.context.out << one_line(imid.text())
                            << " is a node that one can subscribe to, or a seat in a "
                            << "shared mailbox.\n"
                            << std::flush;
        return subscribe(request);
    }
    request.context.out << one_line(imid.text()) << " is an address.\n" << std::flush;
    return write_mail(request);
}

}  // namespace

Done run_open(Context& context, const Arguments& arguments) {
    const auto opened = [&]() -> Done {
        const auto uri = parse_imid_uri(arguments.text("uri"));
        if (!uri)
            return failed(ExitStatus::bad_input, "\"" + one_line(arguments.text("uri")) +
                                                     "\" cannot be opened: " + one_line(uri.error().text) +
                                                     "; write for example imid:user@domain");
        return open({context, *uri});
    }();
    if (!arguments.has("--wait")) return opened;
    // A window that was opened for this ends with it, so a failure stands there before.
    if (!opened) show_failure(context.notes, opened.error(), context.format);
    context.out << std::flush;
    // Without a terminal there is nothing to wait at; what was done is what counts.
    static_cast<void>(ask_terminal("Enter closes this. ", kMaxTypedBytes, Echo::shown, ""));
    return opened ? *opened : opened.error().status;
}

}  // namespace immp::bridge::client
