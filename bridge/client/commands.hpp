// The commands of `immp`: what each takes is its row in command_table.cpp. Each does its work and prints its
// result; a failure is returned, and main prints it.
#pragma once

#include <chrono>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "bridge/client/command_line.hpp"
#include "bridge/client/conversation.hpp"
#include "bridge/client/credentials.hpp"

namespace immp::bridge::client {

enum class Format {
    text,  ///< for people
    json,  ///< one object, or one object a line
};

/// What every command is given.
struct Context {
    Credentials credentials;
    std::filesystem::path folder;  ///< where credentials, keys and pins lie
    std::string account;           ///< as typed; empty: the only one
    Format format = Format::text;
    std::chrono::milliseconds patience{60'000};  ///< for the server, while nothing moves
    std::istream& in;
    std::ostream& out;
    std::ostream& notes;  ///< what is not the result
};

[[nodiscard]] Done run_login(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_passwd(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_logout(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_accounts(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_send(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_read(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_save(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_search(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_watch(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_move(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_copy(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_remove(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_flag(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_folder_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_folder_create(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_folder_rename(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_folder_drop(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_share_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_share_give(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_share_end(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_quota(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_device_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_device_add(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_device_revoke(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_rule_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_rule_add(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_rule_drop(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_create(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_rotate(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_publish(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_show(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_verify(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_accept(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_export(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_key_import(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_block_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_block_add(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_block_drop(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_block_refused(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_settings(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_completion(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_manual(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_push(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_pushes(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_answer(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_approve(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_forget(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_block_push(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_mint(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_create(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_to(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_list(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_admit(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_refuse(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_publish_drop(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_subscribe(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_subscriptions(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_unsubscribe(Context& context, const Arguments& arguments);
[[nodiscard]] Done run_open(Context& context, const Arguments& arguments);

// What other commands do too.

/// `immp read` of a message in a folder's path.
[[nodiscard]] Done read_message(Context& context, const std::string& folder, const std::string& id);
/// `immp subscribe` to a node whose name was checked.
[[nodiscard]] Done subscribe_to(Context& context, const std::string& node);

/// The stored account that `context` names.
[[nodiscard]] Outcome<StoredAccount> chosen_account(const Context& context);

/// The stored account that `context` names, and a session for it.
[[nodiscard]] Outcome<Conversation> enter(Context& context);

}  // namespace immp::bridge::client
