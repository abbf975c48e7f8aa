#include "bridge/client/account_session.hpp"

#include <utility>
#include <vector>

#include "bridge/client/discovery.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/xmpp_transport.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::bridge::client {

namespace {

Outcome<std::string> certificate_name(const std::string& account) {
    auto ascii = ascii_domain(account.substr(account.find('@') + 1));
    if (!ascii)
        return failed(ExitStatus::bad_input,
                      "the domain of " + account + " has no form that DNS knows; check " + "the address");
    return std::move(*ascii);
}

Outcome<std::vector<Server>> servers_of(const Entrance& entrance, const std::string& domain) {
    if (entrance.server.empty()) return find_servers(domain);
    auto endpoint = parse_endpoint(entrance.server);
    if (!endpoint) return std::unexpected(endpoint.error());
    return std::vector<Server>{{std::move(*endpoint), entrance.start}};
}

Outcome<std::vector<Endpoint>> xmpp_servers_of(const Entrance& entrance, const std::string& account) {
    if (entrance.server.empty()) {
        const auto domain = certificate_name(account);
        if (!domain) return std::unexpected(domain.error());
        return find_xmpp_servers(*domain);
    }
    auto endpoint = parse_endpoint(entrance.server, kXmppPort);
    if (!endpoint) return std::unexpected(endpoint.error());
    return std::vector{std::move(*endpoint)};
}

}  // namespace

Outcome<std::string> parse_account(std::string_view address) {
    const auto imid = parse_imid(address);
    if (!imid)
        return failed(ExitStatus::bad_input, "\"" + one_line(address) + "\" is no address (" +
                                                 one_line(imid.error().text) + "); write user@domain");
    if (imid->local.empty() || imid->text() != imid->account())
        return failed(ExitStatus::bad_input,
                      "\"" + one_line(address) + "\" is no account; write user@domain and nothing else");
    return imid->account();
}

Outcome<Greeted> reach(const Entrance& entrance, const std::string& address,
                       std::chrono::milliseconds patience) {
    const auto domain = certificate_name(address);
    if (!domain) return std::unexpected(domain.error());
    const auto servers = servers_of(entrance, *domain);
    if (!servers) return std::unexpected(servers.error());
    return first_reached(*servers, [&](const Server& server) {
        return greet(server, {*domain, entrance.ca_file, std::nullopt}, {patience});
    });
}

Outcome<Entered> enter(const Entrance& entrance, const Login& login, std::chrono::milliseconds patience) {
    auto greeted = reach(entrance, login.account, patience);
    if (!greeted) return std::unexpected(greeted.error());
    const auto derivation = authenticate(greeted->conversation, login);
    if (!derivation) return std::unexpected(derivation.error());
    return Entered{std::move(greeted->conversation), greeted->start, *derivation};
}

Outcome<Entered> enter_with_password(const StoredAccount& account, armor::SecretText password,
                                     std::chrono::milliseconds patience) {
    // Without a device's name: it is the password that is proved.
    const Login login{account.account, "", std::move(password), account.seen};
    return enter(Entrance{account.server, account.start, account.ca_file}, login, patience);
}

Outcome<Conversation> enter_through_xmpp(const Entrance& entrance, const std::string& account,
                                         const armor::SecretText& password,
                                         std::chrono::milliseconds patience) {
    auto transport = open_through_xmpp(
        {account, {}, password.clone(), entrance.ca_file},
        [entrance, account] { return xmpp_servers_of(entrance, account); }, patience);
    if (!transport) return std::unexpected(transport.error());
    Conversation conversation(std::move(*transport));
    if (auto greeting = read_greeting(conversation); !greeting) return std::unexpected(greeting.error());
    const auto accepted = conversation.expect_one_of({210, 403});
    if (!accepted) return std::unexpected(accepted.error());
    // Its text says what is to be done; ours for this code would contradict it.
    if (accepted->code == 403)
        return std::unexpected(
            Failure{ExitStatus::credentials, "the server says 403 " + one_line(accepted->error().text), 403});
    return conversation;
}

Outcome<Conversation> enter(Credentials& credentials, const StoredAccount& account,
                            std::chrono::milliseconds patience) {
    if (account.way == Way::xmpp)
        return enter_through_xmpp(Entrance{account.server, account.start, account.ca_file}, account.account,
                                  account.secret, patience);
    const Login login{account.account, account.device, account.secret.clone(), account.seen};
    auto entered = enter(Entrance{account.server, account.start, account.ca_file}, login, patience);
    if (!entered) return std::unexpected(entered.error());
    if (entered->derivation.cost != account.seen) {
        StoredAccount dearer = account.clone();
        dearer.seen = entered->derivation.cost;
        if (auto saved = credentials.save(std::move(dearer)); !saved) return std::unexpected(saved.error());
    }
    return std::move(entered->conversation);
}

}  // namespace immp::bridge::client
