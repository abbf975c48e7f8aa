// The desk's answers to the PUSH verbs.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"
#include "bridge/node/push_book.hpp"
#include "bridge/node/pushing.hpp"

namespace immp::bridge {

/// Told when it is stored, and sent on.
std::move_only_function<void(Result<SentOut>)> Desk::sending_out(AnswerDone done) {
    return [queued = queued_, done = std::move(done)](Result<SentOut> sent) mutable {
        if (!sent) return done(std::unexpected(std::move(sent.error())));
        done(AnswerValue(std::move(sent->pushed)));
        if (!sent->domain.empty()) queued({sent->domain});
    };
}

void Desk::serve(PushMessage request, AnswerDone done) {
    auto body = take_part(request.delivery, request.part);
    if (!body) return done(fail(700, "Internal error", "a part has no body"));
    services_.store.write<SentOut>(
        [request = std::move(request), body = *std::move(body), context = push_context(services_)](
            Transaction& transaction) { return push_message(transaction, request, body, context); },
        sending_out(std::move(done)));
}

void Desk::serve(AnswerPush request, AnswerDone done) {
    services_.store.write<SentOut>(
        [request = std::move(request), context = push_context(services_)](Transaction& transaction) {
            return answer_push(transaction, request, context);
        },
        sending_out(std::move(done)));
}

void Desk::serve(MintToken request, AnswerDone done) {
    services_.store.write<MintedToken>(
        [request = std::move(request), now = services_.now()](Transaction& transaction) {
            return mint_token(transaction, request, now);
        },
        answering<MintedToken>(std::move(done)));
}

void Desk::serve(ListPushSources request, AnswerDone done) {
    services_.store.read<PushSourceList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_push_sources(transaction, request);
        },
        answering<PushSourceList>(std::move(done)));
}

void Desk::serve(JudgePushSource request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request), context = drop_context(services_)](Transaction& transaction) {
            return judge_push_source(transaction, request, context);
        },
        answering<Done>(std::move(done)));
}

}  // namespace immp::bridge
