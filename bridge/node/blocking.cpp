#include "bridge/node/blocking.hpp"

#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

/// The verdict, or that of a stronger block in this list.
Result<std::optional<Verdict>> strengthen(std::optional<Verdict> verdict, Transaction& transaction,
                                          BlockOwner owner, const Imid& from, Time now) {
    const std::string address = from.account();  // without the tag that a sender may add
    const std::string& domain = from.domain;
    auto blocks = transaction.blocks().candidates(owner, address, domain, now);
    if (!blocks) return std::unexpected(std::move(blocks.error()));
    for (Block& block : *blocks) {
        if (!block_matches(block.pattern, address, domain)) continue;
        if (verdict && verdict->action >= block.action) continue;
        verdict = Verdict{block.action, owner ? 455 : 452, std::move(block.pattern)};
    }
    return verdict;
}

}  // namespace

Result<BlockList> list_blocks(Transaction& transaction, const ListBlocks& request, Time now) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    return transaction.blocks().list(*account, now);
}

Result<Done> add_block(Transaction& transaction, const AddBlock& request) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto added = transaction.blocks().add(*account, request.block, kMaxBlocks);
    if (!added) return std::unexpected(std::move(added.error()));
    return Done{};
}

Result<Done> drop_block(Transaction& transaction, const DropBlock& request) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto dropped = transaction.blocks().drop(*account, request.pattern);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return Done{};
}

Result<RefusedList> list_refused(Transaction& transaction, const ListRefused& request) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.blocks().refused(*account);
    if (!stored) return std::unexpected(std::move(stored.error()));
    RefusedList list;
    for (RefusedMail& mail : *stored)
        list.push_back({mail.at, std::move(mail.sender), mail.code, std::move(mail.pattern)});
    return list;
}

Result<std::optional<Verdict>> judge_sender(Transaction& transaction, AccountId account,
                                            const std::string& from, Time now) {
    const auto imid = parse_imid(from);
    if (!imid) return fail(700, "Internal error", "a sender that is no IMID");
    return judge_sender(transaction, account, *imid, now);
}

Result<std::optional<Verdict>> judge_sender(Transaction& transaction, AccountId account, const Imid& from,
                                            Time now) {
    auto verdict = judge_sender(transaction, from, now);
    if (!verdict) return verdict;
    return strengthen(*std::move(verdict), transaction, account, from, now);
}

Result<std::optional<Verdict>> judge_sender(Transaction& transaction, const Imid& from, Time now) {
    return strengthen(std::nullopt, transaction, std::nullopt, from, now);
}

}  // namespace immp::bridge
