// immp key create|rotate|publish|show: the user's own keys.
#include <ostream>
#include <utility>

#include "armor/clock.hpp"
#include "armor/hex.hpp"
#include "armor/json_line.hpp"
#include "armor/time_text.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/key_exchange.hpp"
#include "bridge/client/own_keys.hpp"

namespace immp::bridge::client {

namespace {

void show_key(const Context& context, const OwnKey& key, std::string_view state) {
    const auto& claims = key.record.claims();
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("account", claims.name).number("serial", claims.serial).text("state", state);
        json.text("fingerprint", armor::encode_hex(key.record.fingerprint()));
        context.out << json.text("until", armor::time_text(claims.not_after)).line() << '\n';
    } else {
        context.out << claims.name << "  key " << claims.serial << "  " << state << "  until "
                    << armor::time_text(claims.not_after) << "\n  "
                    << fingerprint_groups(key.record.fingerprint()) << '\n';
    }
}

std::string_view state_of(const OwnKey& key, const OwnKey* current) {
    if (!key.published) return "not published";
    return &key == current ? "in use" : "former";
}

/// Stores first: a key that the server has and nobody else would be lost mail.
Done keep_and_publish(Context& context, Conversation& conversation, OwnKey key) {
    OwnKeys keys(context.folder);
    const std::string account = key.record.claims().name;
    const armor::Record record = key.record;
    KeyRing fresh;
    fresh.push_back(std::move(key));
    if (auto kept = keys.add(std::move(fresh)); !kept) return std::unexpected(kept.error());
    auto published = publish_key(conversation, record);
    if (!published) {
        published.error().text += "; the key is kept here, then: immp key publish";
        return std::unexpected(published.error());
    }
    auto ring = keys.of(account);
    if (!ring) return std::unexpected(ring.error());
    ring->back().published = true;
    const OwnKey* const newest = &ring->back();
    show_key(context, *newest, "in use");
    if (auto kept = keys.add(std::move(*ring)); !kept) return std::unexpected(kept.error());
    if (context.format == Format::text)
        context.notes
            << "Keep a copy (immp key export FILE): without it, mail sealed to this key is lost with "
               "this device.\n";
    return ExitStatus::ok;
}

Outcome<KeyRing> ring_of(const Context& context, const std::string& account) {
    return OwnKeys(context.folder).of(account);
}

std::chrono::days lifetime(const Arguments& arguments) {
    return std::chrono::days(arguments.number("--days"));
}

}  // namespace

Done run_key_create(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto ring = ring_of(context, account->account);
    if (!ring) return std::unexpected(ring.error());
    if (!ring->empty())
        return failed(ExitStatus::cannot_create,
                      account->account +
                          " has a key here already; immp key show shows it, immp key rotate "
                          "makes another in its place");
    auto conversation = enter(context.credentials, *account, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    const auto there = request_key(*conversation, account->account);
    if (!there) return std::unexpected(there.error());
    if (!there->empty())
        return failed(ExitStatus::cannot_create,
                      "another device of " + account->account + " made a key (" +
                          fingerprint_groups(there->back().fingerprint()) +
                          "); bring it here: immp key export there, immp key import here");
    return keep_and_publish(context, *conversation,
                            make_key(account->account, nullptr, armor::clock_now(), lifetime(arguments)));
}

Done run_key_rotate(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto ring = ring_of(context, account->account);
    if (!ring) return std::unexpected(ring.error());
    if (ring->empty()) return std::unexpected(no_own_key(account->account));
    if (!ring->back().published)
        return failed(ExitStatus::configuration,
                      "the newest key is not published yet; first: immp key publish");
    auto conversation = enter(context.credentials, *account, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    return keep_and_publish(
        context, *conversation,
        make_key(account->account, &ring->back(), armor::clock_now(), lifetime(arguments)));
}

Done run_key_publish(Context& context, const Arguments&) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    auto ring = ring_of(context, account->account);
    if (!ring) return std::unexpected(ring.error());
    if (ring->empty()) return std::unexpected(no_own_key(account->account));
    auto conversation = enter(context.credentials, *account, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    return keep_and_publish(context, *conversation, std::move(ring->back()));
}

Done run_key_show(Context& context, const Arguments&) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    const auto ring = ring_of(context, account->account);
    if (!ring) return std::unexpected(ring.error());
    if (ring->empty()) return std::unexpected(no_own_key(account->account));
    const OwnKey* const current = current_key(*ring);
    for (const OwnKey& key : *ring)
        show_key(context, key, state_of(key, current));
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
