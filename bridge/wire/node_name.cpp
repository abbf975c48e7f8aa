#include "bridge/wire/node_name.hpp"

namespace immp::bridge {
namespace {

/// An account's or a node's name; the draft's `a@domain/b` is `a/b@domain`.
Result<Imid> parse_name(std::string_view text, const char* wanted) {
    auto name = parse_imid(text);
    if (name && !name->folder.empty() && name->tag.empty() && name->message.empty())
        name = parse_imid(name->local + name->folder + "@" + name->domain);
    if (name && (name->local.empty() || name->text() != name->account())) return fail(400, wanted);
    return name;
}

}  // namespace

Result<Imid> parse_node(std::string_view text, const std::string& own_domain) {
    const bool is_whole = text.contains('@');
    return parse_name(is_whole ? std::string(text) : std::string(text) + "@" + own_domain,
                      "A node is name[/name...][@domain]");
}

Result<Imid> parse_publisher(std::string_view text) {
    return parse_name(text, "A publisher is name[/name...]@domain");
}

}  // namespace immp::bridge
