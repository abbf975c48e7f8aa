// How much a mailbox holds, and the end of what was taken from it by lease: QUOTA, COMMIT.
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLeaseDigits = 32;

bool is_lease(std::string_view text) {
    return text.size() == kLeaseDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

void mbox_quota(SessionCore& core, const SlotPtr& slot, const Command& command) {
    std::string whose = core.account;
    if (!command.arguments.positional.empty()) {
        const auto imid = parse_imid(command.arguments.text(0));
        if (!imid) return core.refuse(*slot, imid.error());
        whose = imid->text();
        if (imid->local.empty() || whose != imid->account())
            return core.refuse(*slot, refusal(404, "No such mailbox"));
    }
    core.ask<QuotaStatus>(slot, AskQuota{core.account, whose == core.account ? std::string() : whose},
                          [whose](SessionCore& c, const SlotPtr& s, const QuotaStatus& quota) {
                              std::string line =
                                  as_token(whose) + " used=" + std::to_string(quota.used_bytes);
                              if (quota.limit_bytes) line += " limit=" + std::to_string(*quota.limit_bytes);
                              c.reply(*s, 241, line);
                          });
}

void mbox_commit(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const std::string lease = command.arguments.text(0);
    if (!is_lease(lease)) return core.refuse(*slot, refusal(400, "A lease is 32 hex digits in lower case"));
    core.ask<Done>(slot, CommitLease{core.account, lease},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 244, "Removed"); });
}

}  // namespace immp::bridge
