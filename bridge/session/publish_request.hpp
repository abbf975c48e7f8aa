// What a session asks of the node for PUBLISH, SUBSCRIBE and UNSUBSCRIBE, and what it answers. A node is
// named by its prepared IMID, without tag, folder and message. The names of an account are its own, and those
// of mailboxes in whose name it may write.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/mail/message.hpp"
#include "bridge/mail/node_admission.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Answered with Done. 403 for another's name; 409, 413.
struct CreateNode {
    std::string account;
    Imid node;
    std::string title;
    std::string description;
    bool is_open = true;
};
/// DONE of a PUBLISH TO. Answered with PublishedItem when the item is on stable storage with all that is to
/// take it on its way. 404 where the account has no such node; 409 (text: the UUID), 452 by `ID`; 429.
struct PublishItem {
    std::uint32_t delivery = 0;
    std::string account;
    Imid node;
    std::string id;  ///< lower-case UUID; empty: the node makes one
    std::string subject;
    std::string part_name;
    std::string part_type;
    std::uint32_t part = 0;  ///< PartOctets::part
};
/// Answered with NodeList: all of the account's, or this one with its people. 404.
struct ListNodes {
    std::string account;
    std::optional<Imid> node;
};
/// ADMIT and REFUSE. Answered with Done. 404, 413; 400 where the node is open.
struct DecidePerson {
    std::string account;
    Imid node;
    Imid person;
    NodeAdmission decision = NodeAdmission::admitted;
};
/// Answered with Done. 404.
struct DropNode {
    std::string account;
    Imid node;
};

/// Answered with Subscribed, when the node's domain has answered. 409 (text: the UUID), 413, 480, 481, 705.
struct Subscribe {
    std::string account;
    Imid node;
};
/// Answered with SubscriptionList.
struct ListSubscriptions {
    std::string account;
};
/// By the UUID or by the node. Answered with Done. 454.
struct Unsubscribe {
    std::string account;
    std::string uuid;  ///< or empty
    Imid node;
};

struct PublishedItem {
    std::string id;
    std::uint64_t sequence = 0;
};

struct NodeLine {
    std::string name;
    std::string title;
    bool is_open = true;
    std::uint64_t items = 0;
    std::uint64_t domains = 0;
    std::uint64_t waiting = 0;
};
struct PersonLine {
    std::string imid;
    NodeAdmission state = NodeAdmission::waiting;
};
struct NodeList {
    std::vector<NodeLine> nodes;
    std::vector<PersonLine> people;  ///< of the one that was asked for
};

struct Subscribed {
    std::string title;
    std::string uuid;
};

struct SubscriptionLine {
    std::string uuid;
    std::string node;
    std::string state;  ///< active, asked, waiting, refused, gone
    std::string title;
    std::string description;
    Time since;
};
using SubscriptionList = std::vector<SubscriptionLine>;

}  // namespace immp::bridge
