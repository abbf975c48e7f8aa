// What each verb does. A verb of the command table that is not here is answered 701 where it would be legal,
// and HELP, CAPS and docs/protocol.md leave it out: to implement one, add its function and its line in
// handlers.cpp.
#pragma once

#include "bridge/session/core.hpp"

namespace immp::bridge {

/// The command's form, state and pipeline are right. Ends the slot, now or when the node has answered.
using Handler = void (*)(SessionCore& core, const SlotPtr& slot, const Command& command);

/// Null where the verb is not implemented. DATA and CHUNK are implemented by the input (input.cpp).
[[nodiscard]] Handler handler_of(Verb verb);
[[nodiscard]] bool is_implemented(Verb verb);

// info.cpp
void upgrade(SessionCore& core, const SlotPtr& slot, const Command& command);
void noop(SessionCore& core, const SlotPtr& slot, const Command& command);
void quit(SessionCore& core, const SlotPtr& slot, const Command& command);
void help(SessionCore& core, const SlotPtr& slot, const Command& command);
void caps(SessionCore& core, const SlotPtr& slot, const Command& command);
/// What an UPGRADE would start; nothing where it is refused.
[[nodiscard]] std::optional<TlsVersion> upgrade_method(const Command& command);
/// The 101 line: protocol, version, domain; behind TLS also what works.
[[nodiscard]] std::string server_info(const SessionCore& core);

// auth.cpp
void auth_secret(SessionCore& core, const SlotPtr& slot, const Command& command);
void auth_response(SessionCore& core, const SlotPtr& slot, const Command& command);
void auth_renew(SessionCore& core, const SlotPtr& slot, const Command& command);

// device.cpp
void device_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void device_add(SessionCore& core, const SlotPtr& slot, const Command& command);
void device_revoke(SessionCore& core, const SlotPtr& slot, const Command& command);

// block.cpp
void block_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void block_add(SessionCore& core, const SlotPtr& slot, const Command& command);
void block_drop(SessionCore& core, const SlotPtr& slot, const Command& command);
void block_refused(SessionCore& core, const SlotPtr& slot, const Command& command);

// rule.cpp
void rule_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void rule_add(SessionCore& core, const SlotPtr& slot, const Command& command);
void rule_drop(SessionCore& core, const SlotPtr& slot, const Command& command);

// settings.cpp
void set_session(SessionCore& core, const SlotPtr& slot, const Command& command);
void set_global(SessionCore& core, const SlotPtr& slot, const Command& command);

// delivery.cpp
void deliver_to(SessionCore& core, const SlotPtr& slot, const Command& command);
void deliver_add(SessionCore& core, const SlotPtr& slot, const Command& command);
void done(SessionCore& core, const SlotPtr& slot, const Command& command);
void abort_delivery(SessionCore& core, const SlotPtr& slot, const Command& command);
/// `local[+tag]@domain`; 400.
[[nodiscard]] Result<Imid> read_recipient(const std::string& text);
/// EXPIRES, where it is given: seconds from now, at most ten years of them; 400.
[[nodiscard]] Result<std::optional<std::chrono::seconds>> read_expires(const Arguments& given);

// push.cpp
void push_to(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_answer(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_mint(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_approve(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_block(SessionCore& core, const SlotPtr& slot, const Command& command);
void push_forget(SessionCore& core, const SlotPtr& slot, const Command& command);
/// Why a PUSH TO may not end yet; it stays open then.
[[nodiscard]] std::optional<Error> incomplete_push(const Delivery& delivery);
/// Its DONE.
void send_push(SessionCore& core, const SlotPtr& slot, const Delivery& delivery);

// peer.cpp
void auth_cookie(SessionCore& core, const SlotPtr& slot, const Command& command);
void verify_cookie(SessionCore& core, const SlotPtr& slot, const Command& command);
/// DELIVER TO in Remote.
void deliver_bundle(SessionCore& core, const SlotPtr& slot, const Command& command);
/// Why it may not end yet; it stays open then.
[[nodiscard]] std::optional<Error> incomplete_bundle(const Delivery& delivery);
/// Its DONE.
void take_bundle(SessionCore& core, const SlotPtr& slot, const Delivery& delivery);

// key.cpp
void key_request(SessionCore& core, const SlotPtr& slot, const Command& command);
void key_publish(SessionCore& core, const SlotPtr& slot, const Command& command);
/// Why a KEY PUBLISH may not end yet; it stays open then.
[[nodiscard]] std::optional<Error> incomplete_key(const Delivery& delivery);
/// Its DONE.
void publish_key(SessionCore& core, const SlotPtr& slot, const Delivery& delivery);

// publish.cpp
void publish_create(SessionCore& core, const SlotPtr& slot, const Command& command);
void publish_to(SessionCore& core, const SlotPtr& slot, const Command& command);
void publish_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void publish_admit(SessionCore& core, const SlotPtr& slot, const Command& command);
void publish_refuse(SessionCore& core, const SlotPtr& slot, const Command& command);
void publish_drop(SessionCore& core, const SlotPtr& slot, const Command& command);
/// Why a PUBLISH TO may not end yet; it stays open then.
[[nodiscard]] std::optional<Error> incomplete_item(const Delivery& delivery);
/// Its DONE.
void publish_item(SessionCore& core, const SlotPtr& slot, const Delivery& delivery);

// subscribe.cpp
void subscribe_to(SessionCore& core, const SlotPtr& slot, const Command& command);
void subscribe_list(SessionCore& core, const SlotPtr& slot, const Command& command);
void unsubscribe(SessionCore& core, const SlotPtr& slot, const Command& command);

// mailbox.cpp
void mbox_check(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_index(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_fetch(SessionCore& core, const SlotPtr& slot, const Command& command);

// folder.cpp
void mbox_create(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_rename(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_drop(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_list(SessionCore& core, const SlotPtr& slot, const Command& command);

// watch.cpp
void mbox_watch(SessionCore& core, const SlotPtr& slot, const Command& command);

// keeping.cpp
void mbox_quota(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_commit(SessionCore& core, const SlotPtr& slot, const Command& command);

// share.cpp
void mbox_share(SessionCore& core, const SlotPtr& slot, const Command& command);

// reference.cpp
void mbox_move(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_copy(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_flag(SessionCore& core, const SlotPtr& slot, const Command& command);
void mbox_remove(SessionCore& core, const SlotPtr& slot, const Command& command);
/// "read,flagged"; "-" for none.
[[nodiscard]] std::string flag_list(const std::vector<std::string>& flags);
void reply_removed(SessionCore& core, const SlotPtr& slot, const Removed& removed);

}  // namespace immp::bridge
