// Items that the server itself sends to another domain's: questions and answers, never in a folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/node/mail_drop.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

struct OwnPart {
    std::string name;
    std::string_view type;
    std::string octets;
};

struct OwnItem {
    Kind kind = Kind::key;
    std::string from;
    Imid recipient;
    std::string subject{};
    std::vector<OwnPart> parts;  ///< at least one; the last is the content
    std::string token{};         ///< that travels with it, or empty
};

/// A message with its bodies, to which nothing refers yet. In a write transaction.
[[nodiscard]] Result<Message> make_own_message(Transaction& transaction, const DropContext& context,
                                               const OwnItem& item);

/// Stored, with its outbox row. No account hears what becomes of it.
[[nodiscard]] Result<void> queue_own_item(Transaction& transaction, const DropContext& context,
                                          const OwnItem& item);

/// A body of these octets, as the part of a message.
[[nodiscard]] Result<Part> make_own_part(Transaction& transaction, const OwnPart& part, PartClass part_class,
                                         Time now);

}  // namespace immp::bridge
