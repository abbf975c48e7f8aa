// RULE LIST, ADD and DROP. Each is one transaction's work.
#pragma once

#include "bridge/node/program.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

[[nodiscard]] Result<RuleList> list_rules(Transaction& transaction, const ListRules& request);
/// 404 for a folder or program that is not there.
[[nodiscard]] Result<Done> add_rule(Transaction& transaction, const AddRule& request,
                                    const Programs& programs);
[[nodiscard]] Result<Done> drop_rule(Transaction& transaction, const DropRule& request);

}  // namespace immp::bridge
