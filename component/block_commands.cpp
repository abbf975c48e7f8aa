// immpd block
#include <iostream>

#include "armor/time_text.hpp"
#include "bridge/wire/token.hpp"
#include "component/commands.hpp"

namespace immp::component {

int block_add(const Given& given) {
    return administer(given, [&](Administration& administration) -> Result<void> {
        const auto action = bridge::action_of(bridge::to_upper(given.action));
        if (!action) return fail(400, given.action + " is none of reject, junk, drop");
        std::optional<std::chrono::seconds> lasting;
        if (given.expires != 0) lasting = std::chrono::seconds(given.expires);
        return administration.add_block(given.pattern, *action, given.reason, lasting);
    });
}

int block_drop(const Given& given) {
    return administer(
        given, [&](Administration& administration) { return administration.drop_block(given.pattern); });
}

int block_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto blocks = administration.blocks();
        if (!blocks) return std::unexpected(std::move(blocks.error()));
        for (const bridge::Block& block : *blocks) {
            std::cout << block.pattern << " " << bridge::action_name(block.action) << " since "
                      << armor::time_text(block.made);
            if (block.expires) std::cout << " until " << armor::time_text(*block.expires);
            if (!block.reason.empty()) std::cout << " (" << block.reason << ")";
            std::cout << "\n";
        }
        return {};
    });
}

}  // namespace immp::component
