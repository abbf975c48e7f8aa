// What a session asks of the node for the RULE verbs.
#pragma once

#include <string>
#include <vector>

#include "bridge/mail/rule.hpp"

namespace immp::bridge {

/// Answered with RuleList, in their order.
struct ListRules {
    std::string account;
};
/// Answered with Done, when it is stored. 409, 404 (no rule `before`, no such folder, no such program), 413.
struct AddRule {
    std::string account;
    Rule rule;           ///< prepared
    std::string before;  ///< a rule's name, or empty: at the end
};
/// Answered with Done; 404.
struct DropRule {
    std::string account;
    std::string name;  ///< prepared
};

using RuleList = std::vector<Rule>;

}  // namespace immp::bridge
