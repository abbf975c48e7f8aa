// A rule of a mailbox (decisions, 5): what must hold of a message, what is done with it then, and what all
// rules together make of a message. Without I/O: a program's word is asked for, and given in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Of one account; one more is 413.
inline constexpr std::size_t kMaxRules = 100;
/// Of those, how many may forward, and how many may ask a program; one more is 413.
inline constexpr std::size_t kMaxForwardingRules = 10;
inline constexpr std::size_t kMaxProgramRules = 10;
/// Octets of a rule's name and of a program's (400); of the words and of the reason (413).
inline constexpr std::size_t kMaxRuleNameBytes = 64;
inline constexpr std::size_t kMaxRuleTextBytes = 400;

/// A key of the store's, never given twice.
using RuleId = std::int64_t;

struct Rule {
    RuleId id = 0;     ///< the store's; 0 before it is stored
    std::string name;  ///< letters, digits, `-`, `_`, `.`; in lower case

    // What must hold: all that is set.
    std::string from;                     ///< pattern (block.hpp) of the sender
    std::string to;                       ///< pattern of one in `to` or `cc`, or of the mailbox itself
    std::string subject;                  ///< words that the subject must have, caseless
    std::optional<std::uint64_t> larger;  ///< octets of all bodies
    std::string run;                      ///< a program that must end with 0

    // What is done.
    std::string file;                   ///< a folder of the account
    std::string forward;                ///< an address
    std::optional<std::string> reject;  ///< why; perhaps empty. Stands alone.
    bool read = false;
    bool flagged = false;
    bool stop = false;  ///< no later rule is looked at
};

/// A bare file name that no path can be made of: letters, digits, `-`, `_`, `.`, not beginning with `.` or
/// `-`.
[[nodiscard]] bool is_program_name(std::string_view text);

/// The rule in its one form: names and patterns prepared; `file` is left as it is. 400 for what is none, for
/// a rule that does nothing, for REJECT beside another action; 413 for texts that are too long.
[[nodiscard]] Result<Rule> prepare_rule(Rule rule);

/// What programs said, by rule.
using RuleVerdicts = std::map<RuleId, bool>;

/// What the rules make of a message.
struct RulePlan {
    std::optional<Rule> run;  ///< its program's word is missing: nothing else is settled yet
    std::optional<std::string> reject;
    std::vector<std::string> files;     ///< each once; none: where it would lie without rules
    std::vector<std::string> forwards;  ///< each once
    bool read = false;
    bool flagged = false;
};

/// `rules` in their order; `account` is the mailbox it came to.
[[nodiscard]] RulePlan plan_rules(const std::vector<Rule>& rules, const Message& message,
                                  const std::string& account, const RuleVerdicts& verdicts);

}  // namespace immp::bridge
