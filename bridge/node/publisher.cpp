#include "bridge/node/publisher.hpp"

#include "bridge/node/sharing.hpp"

namespace immp::bridge {
namespace {

/// A shared mailbox has seats, for each member of the whole one, though its folder be dropped; and a folder
/// that is there is the seat of somebody who may come back (place.hpp).
Result<bool> is_seat(Transaction& transaction, AccountId mailbox, const Imid& seat, const std::string& name) {
    const auto addressee = addressee_of(transaction, seat);
    if (!addressee) return std::unexpected(addressee.error());
    if (*addressee) return true;
    const auto is_shared = transaction.shares().is_mailbox(mailbox);
    if (!is_shared || !*is_shared) return is_shared;
    if (name.contains('/')) return false;
    const auto folder = transaction.mailboxes().folder(mailbox, std::string(kSeats) + "/" + name);
    if (!folder) return std::unexpected(folder.error());
    return folder->has_value();
}

}  // namespace

Result<Publisher> publisher_of(Transaction& transaction, const std::string& domain,
                               const std::string& account, const Imid& name) {
    if (name.domain != domain) return fail(403, "Not your address");
    const std::size_t slash = name.local.find('/');
    Submit in_its_name;
    in_its_name.account = account;
    in_its_name.from = name.local.substr(0, slash) + "@" + name.domain;
    auto writer = writer_of(transaction, in_its_name);
    if (!writer) return std::unexpected(std::move(writer.error()));
    Publisher publisher{writer->mailbox, std::move(writer->name), {}};
    if (slash == name.local.npos) return publisher;
    std::string rest = name.local.substr(slash + 1);
    const auto seat = is_seat(transaction, publisher.mailbox, name, rest);
    if (!seat) return std::unexpected(seat.error());
    if (*seat) publisher.seat = std::move(rest);
    return publisher;
}

}  // namespace immp::bridge
