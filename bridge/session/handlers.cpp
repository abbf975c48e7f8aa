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
    {Verb::device_list, device_list},
    {Verb::device_add, device_add},
    {Verb::device_revoke, device_revoke},
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
