#include "bridge/mail/block.hpp"

#include "armor/time_text.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

std::string block_line(const Block& block) {
    std::string line = as_token(block.pattern) + " action=" + std::string(action_name(block.action)) +
                       " made=" + armor::time_text(block.made);
    if (block.expires) line += " expires=" + armor::time_text(*block.expires);
    if (!block.reason.empty()) line += " reason=" + as_quoted(block.reason);
    return line;
}

Result<Block> read_block(const SessionCore& core, const Arguments& given) {
    auto pattern = parse_block_pattern(given.text(0));
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    Block block{std::move(*pattern), BlockAction::reject, std::string(given.value("REASON").value_or("")),
                core.services().now(), std::nullopt};
    if (block.reason.size() > kMaxReasonBytes)
        return std::unexpected(
            refusal(413, "A reason has at most " + std::to_string(kMaxReasonBytes) + " octets"));
    if (const auto name = given.value("ACTION")) {
        const auto action = action_of(to_upper(*name));
        if (!action) return std::unexpected(refusal(400, "ACTION is REJECT, JUNK or DROP"));
        block.action = *action;
    }
    const auto expires = read_expires(given);
    if (!expires) return std::unexpected(expires.error());
    if (*expires) block.expires = block.made + **expires;
    return block;
}

}  // namespace

void block_list(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.ask<BlockList>(slot, ListBlocks{core.account},
                        [](SessionCore& c, const SlotPtr& s, const BlockList& blocks) {
                            for (const Block& block : blocks)
                                c.reply_more(*s, 200, block_line(block));
                            c.reply(*s, 200, "n=" + std::to_string(blocks.size()));
                        });
}

void block_add(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto block = read_block(core, command.arguments);
    if (!block) return core.refuse(*slot, block.error());
    const std::string line = block_line(*block);
    core.ask<Done>(slot, AddBlock{core.account, *std::move(block)},
                   [line](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 201, line); });
}

void block_drop(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto pattern = parse_block_pattern(command.arguments.text(0));
    if (!pattern) return core.refuse(*slot, pattern.error());
    core.ask<Done>(slot, DropBlock{core.account, *std::move(pattern)},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 244, code_spec(244).text); });
}

void block_refused(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.ask<RefusedList>(slot, ListRefused{core.account},
                          [](SessionCore& c, const SlotPtr& s, const RefusedList& refused) {
                              for (const Refused& mail : refused)
                                  c.reply_more(*s, 200,
                                               armor::time_text(mail.at) + " " + as_token(mail.sender) + " " +
                                                   std::to_string(mail.code) + " " + as_token(mail.pattern));
                              c.reply(*s, 200, "n=" + std::to_string(refused.size()));
                          });
}

}  // namespace immp::bridge
