// immpd mailbox
#include <iostream>

#include "component/commands.hpp"

namespace immp::component {

int mailbox_add(const Given& given) {
    return administer(given, [&](Administration& administration) {
        return administration.add_mailbox(given.account, given.owner);
    });
}

int mailbox_owner(const Given& given) {
    return administer(given, [&](Administration& administration) {
        return administration.add_owner(given.account, given.owner);
    });
}

int mailbox_remove(const Given& given) {
    const int status = administer(
        given, [&](Administration& administration) { return administration.remove_mailbox(given.account); });
    if (status == 0) tell_daemon(given);
    return status;
}

int mailbox_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto mailboxes = administration.mailboxes();
        if (!mailboxes) return std::unexpected(std::move(mailboxes.error()));
        for (const MailboxLine& mailbox : *mailboxes) {
            std::cout << mailbox.address << "\n";
            for (const bridge::Share& share : mailbox.members)
                std::cout << "  " << share.member << " " << bridge::rights_text(share.rights) << "\n";
        }
        return {};
    });
}

}  // namespace immp::component
