#include "bridge/node/rule_book.hpp"

#include "bridge/node/place.hpp"

namespace immp::bridge {

Result<RuleList> list_rules(Transaction& transaction, const ListRules& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    return transaction.rules().list(*account);
}

Result<Done> add_rule(Transaction& transaction, const AddRule& request, const Programs& programs) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    Rule rule = request.rule;
    if (!rule.file.empty()) {
        auto folder = transaction.mailboxes().folder(*account, rule.file);
        if (!folder) return std::unexpected(std::move(folder.error()));
        if (!*folder) return no_such_folder();
        rule.file = std::move((*folder)->path);
    }
    if (rule.forward == request.account) return fail(400, "FORWARD to the mailbox itself would be a loop");
    if (!rule.run.empty() && !programs.has(rule.run))
        return fail(404, "No such program here: the administrator says which there are");
    auto added = transaction.rules().add(*account, rule, request.before);
    if (!added) return std::unexpected(std::move(added.error()));
    return Done{};
}

Result<Done> drop_rule(Transaction& transaction, const DropRule& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    auto dropped = transaction.rules().drop(*account, request.name);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return Done{};
}

}  // namespace immp::bridge
