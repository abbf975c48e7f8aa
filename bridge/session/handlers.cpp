#include "bridge/session/handlers.hpp"

#include <algorithm>

namespace immp::bridge {
namespace {

struct Row {
    Verb verb;
    Handler handler;
};

constexpr Row kHandlers[] = {
    {Verb::upgrade, upgrade},
    {Verb::noop, noop},
    {Verb::quit, quit},
    {Verb::help, help},
    {Verb::caps, caps},
    {Verb::auth_secret, auth_secret},
    {Verb::auth_response, auth_response},
    {Verb::auth_cookie, auth_cookie},
    {Verb::auth_renew, auth_renew},
    {Verb::verify_cookie, verify_cookie},
    {Verb::device_list, device_list},
    {Verb::device_add, device_add},
    {Verb::device_revoke, device_revoke},
    {Verb::rule_list, rule_list},
    {Verb::rule_add, rule_add},
    {Verb::rule_drop, rule_drop},
    {Verb::block_list, block_list},
    {Verb::block_add, block_add},
    {Verb::block_drop, block_drop},
    {Verb::block_refused, block_refused},
    {Verb::set_session, set_session},
    {Verb::set_global, set_global},
    {Verb::deliver_to, deliver_to},
    {Verb::deliver_add, deliver_add},
    {Verb::done, done},
    {Verb::abort, abort_delivery},
    {Verb::mbox_check, mbox_check},
    {Verb::mbox_index, mbox_index},
    {Verb::mbox_fetch, mbox_fetch},
    {Verb::mbox_create, mbox_create},
    {Verb::mbox_rename, mbox_rename},
    {Verb::mbox_drop, mbox_drop},
    {Verb::mbox_list, mbox_list},
    {Verb::mbox_move, mbox_move},
    {Verb::mbox_copy, mbox_copy},
    {Verb::mbox_flag, mbox_flag},
    {Verb::mbox_remove, mbox_remove},
    {Verb::mbox_quota, mbox_quota},
    {Verb::mbox_commit, mbox_commit},
    {Verb::mbox_watch, mbox_watch},
    {Verb::mbox_share, mbox_share},
    {Verb::push_to, push_to},
    {Verb::push_answer, push_answer},
    {Verb::push_mint, push_mint},
    {Verb::push_list, push_list},
    {Verb::push_approve, push_approve},
    {Verb::push_block, push_block},
    {Verb::push_forget, push_forget},
    {Verb::key_request, key_request},
    {Verb::key_publish, key_publish},
    {Verb::publish_create, publish_create},
    {Verb::publish_to, publish_to},
    {Verb::publish_list, publish_list},
    {Verb::publish_admit, publish_admit},
    {Verb::publish_refuse, publish_refuse},
    {Verb::publish_drop, publish_drop},
    {Verb::subscribe_to, subscribe_to},
    {Verb::subscribe_list, subscribe_list},
    {Verb::unsubscribe, unsubscribe},
};

}  // namespace

Handler handler_of(Verb verb) {
    const auto row = std::ranges::find(kHandlers, verb, &Row::verb);
    return row == std::end(kHandlers) ? nullptr : row->handler;
}

bool is_implemented(Verb verb) {
    return verb == Verb::data || verb == Verb::chunk || handler_of(verb) != nullptr;
}

}  // namespace immp::bridge
