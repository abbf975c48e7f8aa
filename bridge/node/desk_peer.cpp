// What sessions of other domains' servers ask.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"

namespace immp::bridge {

void Desk::serve(ConfirmCookie request, AnswerDone done) {
    entrance_.confirm(std::move(request), address_, answering<Done>(std::move(done)));
}

void Desk::serve(CheckCookie request, AnswerDone done) {
    answering<Done>(std::move(done))(entrance_.check(request));
}

void Desk::serve(TakeBundle request, AnswerDone done) {
    auto body = take_part(request.delivery, request.part);
    if (!body) return done(fail(700, "Internal error", "a part has no body"));
    entrance_.take_bundle(request, *std::move(body), answering<TakenBundle>(std::move(done)));
}

void Desk::serve(TakeReceipt request, AnswerDone done) {
    const auto body = take_part(request.delivery, request.part);
    if (!body) return done(fail(700, "Internal error", "a part has no body"));
    entrance_.take_receipt(request, *body, answering<Done>(std::move(done)));
    discard(services_.store, {*body});
}

}  // namespace immp::bridge
