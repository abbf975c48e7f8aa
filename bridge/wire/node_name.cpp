#include "bridge/wire/node_name.hpp"

namespace immp::bridge {

Result<Imid> parse_node(std::string_view text, const std::string& own_domain) {
    std::string whole(text);
    if (!whole.contains('@')) whole += "@" + own_domain;
    auto node = parse_imid(whole);
    if (node && !node->folder.empty()) node = parse_imid(node->local + node->folder + "@" + node->domain);
    if (!node) return node;
    if (node->local.empty() || node->text() != node->account())
        return fail(400, "A node is name[/name...][@domain]");
    return node;
}

}  // namespace immp::bridge
