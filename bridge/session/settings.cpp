#include "bridge/mail/settings.hpp"

#include <algorithm>

#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

/// `NAME`, `NAME=value` or nothing.
struct Asked {
    const SettingSpec* spec = nullptr;
    std::optional<std::string> value;  ///< prepared; empty: the default again
};

std::unexpected<Error> of_other_scope(const SettingSpec& spec) {
    const bool is_session = spec.scope == SettingScope::session;
    const std::string name(spec.name);
    return std::unexpected(refusal(400, name + (is_session ? " is the session's: use SET " + name
                                                           : " is the account's: use SET GLOBAL " + name)));
}

Result<Asked> read_asked(const Command& command, SettingScope scope) {
    if (command.arguments.positional.empty()) return Asked{};
    const auto text = command.arguments.positional.front().value();
    if (!text) return std::unexpected(refusal(400, "One setting at a time; quote it as \"NAME=value\""));
    const std::size_t equals = text->find('=');
    Asked asked{find_setting(std::string_view(*text).substr(0, equals)), std::nullopt};
    if (!asked.spec) return std::unexpected(refusal(430));
    if (asked.spec->scope != scope) return of_other_scope(*asked.spec);
    if (equals == text->npos) return asked;
    const std::string_view value = std::string_view(*text).substr(equals + 1);
    if (value.size() > kMaxSettingBytes)
        return std::unexpected(
            refusal(413, "A setting has at most " + std::to_string(kMaxSettingBytes) + " octets"));
    auto prepared = value.empty() ? Result<std::string>("") : asked.spec->prepare(value);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    asked.value = std::move(*prepared);
    return asked;
}

std::string setting_text(const SettingSpec& spec, std::string_view value) {
    return as_token(std::string(spec.name) + "=" + std::string(value.empty() ? spec.fallback : value));
}

std::string value_of(const SettingSpec& spec, const SettingList& stored) {
    const auto found = std::ranges::find(stored, spec.name, &Setting::name);
    return found == stored.end() ? std::string() : found->value;
}

/// One setting and what it may be, or all of the scope.
void reply_list(SessionCore& core, Slot& slot, const SettingSpec* wanted, SettingScope scope,
                const SettingList& stored) {
    std::size_t count = 0;
    for (const SettingSpec& spec : setting_table()) {
        if (spec.scope != scope || (wanted && wanted != &spec)) continue;
        core.reply_more(slot, 231, setting_text(spec, value_of(spec, stored)));
        ++count;
    }
    core.reply(slot, 231, wanted ? std::string(wanted->values) : "n=" + std::to_string(count));
}

/// Else whoever has the XMPP password would allow himself in for ever, also by a device that he added.
Result<void> may_set_xmpp(const SessionCore& core, std::string_view value) {
    if (core.through_xmpp)
        return std::unexpected(
            refusal(403, "XMPP is set in a session of the listener, by who knows the password"));
    if (value == "ON" && !core.password)
        return std::unexpected(
            refusal(403, "Log in with the password to set XMPP=ON; a device's own secret does not"));
    return {};
}

}  // namespace

void set_session(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto asked = read_asked(command, SettingScope::session);
    if (!asked) return core.refuse(*slot, asked.error());
    if (asked->value) {
        // The only setting of a session.
        core.compression = compression_of(*asked->value).value_or(Compression::none);
        return core.reply(*slot, 230, setting_text(*asked->spec, *asked->value));
    }
    const SettingList now = {
        {std::string(kCompressionSetting), std::string(compression_name(core.compression))}};
    reply_list(core, *slot, asked->spec, SettingScope::session, now);
}

void set_global(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto asked = read_asked(command, SettingScope::account);
    if (!asked) return core.refuse(*slot, asked.error());
    if (!asked->value) {
        core.ask<SettingList>(
            slot, ListSettings{core.account},
            [spec = asked->spec](SessionCore& c, const SlotPtr& s, const SettingList& stored) {
                reply_list(c, *s, spec, SettingScope::account, stored);
            });
        return;
    }
    if (asked->spec->name == kXmppSetting)
        if (const auto allowed = may_set_xmpp(core, *asked->value); !allowed)
            return core.refuse(*slot, allowed.error());
    core.ask<Done>(slot, ChangeSetting{core.account, {std::string(asked->spec->name), *asked->value}},
                   [text = setting_text(*asked->spec, *asked->value)](SessionCore& c, const SlotPtr& s,
                                                                      Done) { c.reply(*s, 230, text); });
}

}  // namespace immp::bridge
