// What another domain sends to one recipient here, filed once (decisions, 7).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "bridge/node/incoming_mail.hpp"

namespace immp::bridge {

/// What filing made of it. With `retry` it may come again, and is not remembered.
struct FiledFor {
    int code = 0;
    std::optional<std::chrono::seconds> retry = std::nullopt;
    bool is_repeat = false;
};

/// Calls `file` in the transaction that remembers the recipient's outcome; or tells the outcome of before
/// (452 where another message came under the id), or that the domain sends too much (429). An Error is the
/// store's.
[[nodiscard]] Result<FiledFor> file_once(Transaction& transaction, const NodeServices& services,
                                         const std::string& origin, const Envelope& envelope,
                                         const std::string& recipient, const armor::Digest& digest,
                                         const std::function<Result<FiledFor>()>& file);

/// Adds the outcome of the next recipient.
void note_filed(Filed& filed, const FiledFor& done);

/// The same refusal for all recipients.
[[nodiscard]] Filed refused_whole(const IncomingMail& mail, int code);

}  // namespace immp::bridge
