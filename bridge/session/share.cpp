// Who may do what in a mailbox: MBOX SHARE.
#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

std::string share_line(const std::string& name, Rights rights) {
    return as_token(name) + " rights=" + rights_text(rights);
}

void reply_shares(SessionCore& core, const SlotPtr& slot, const ShareList& shares) {
    for (const ShareEntry& share : shares)
        core.reply_more(*slot, 200, share_line(share.name, share.rights));
    core.reply(*slot, 200, "n=" + std::to_string(shares.size()));
}

/// An address without tag and folder.
Result<std::string> read_member(const std::string& text) {
    const auto imid = parse_imid(text);
    if (!imid) return std::unexpected(imid.error());
    if (imid->local.empty() || imid->text() != imid->account())
        return std::unexpected(refusal(400, "An account is local@domain"));
    return imid->account();
}

void give(SessionCore& core, const SlotPtr& slot, const Arguments& given, Place place) {
    const auto member = read_member(given.text(1));
    if (!member) return core.refuse(*slot, member.error());
    if (!given.value("RIGHTS")) return core.refuse(*slot, refusal(400, "RIGHTS are missing"));
    const auto rights = parse_rights(*given.value("RIGHTS"));
    if (!rights) return core.refuse(*slot, rights.error());
    ShareMailbox share{core.account, std::move(place.owner), std::move(place.folder), *member, *rights};
    core.ask<Shared>(slot, std::move(share),
                     [member = *member](SessionCore& c, const SlotPtr& s, const Shared& shared) {
                         if (shared.rights.empty()) return c.reply(*s, 244, code_spec(244).text);
                         std::string line = share_line(member, shared.rights);
                         if (!shared.seat.empty()) line += " seat=" + as_token(shared.seat);
                         c.reply(*s, 200, line);
                     });
}

}  // namespace

void mbox_share(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    if (given.positional.size() < 2 && given.value("RIGHTS"))
        return core.refuse(*slot, refusal(400, "RIGHTS are of an account: name it before them"));
    if (given.positional.empty()) {
        core.ask<ShareList>(slot, ListHeldShares{core.account}, reply_shares);
        return;
    }
    auto place = mailbox_place(core, given.text(0));
    if (!place) return core.refuse(*slot, place.error());
    if (given.positional.size() == 2) return give(core, slot, given, *std::move(place));
    core.ask<ShareList>(slot, ListShares{core.account, std::move(place->owner), std::move(place->folder)},
                        reply_shares);
}

}  // namespace immp::bridge
