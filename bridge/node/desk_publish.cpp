// The desk's answers to PUBLISH, SUBSCRIBE and UNSUBSCRIBE.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"
#include "bridge/node/node_people.hpp"
#include "bridge/node/publishing.hpp"
#include "bridge/node/subscribing.hpp"

namespace immp::bridge {

void Desk::serve(CreateNode request, AnswerDone done) {
    services_.store.write<Done>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return create_node(transaction, services, request);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(PublishItem request, AnswerDone done) {
    auto body = take_part(request.delivery, request.part);
    if (!body) return done(fail(700, "Internal error", "a part has no body"));
    auto content = std::make_shared<const StagedBody>(*std::move(body));
    services_.store.write<PublishedItem>(
        [&services = services_, request = std::move(request), content](Transaction& transaction) {
            return publish(transaction, services, request, *content);
        },
        [&store = services_.store, content, done = std::move(done)](Result<PublishedItem> published) mutable {
            if (!published) discard(store, {*content});
            answering<PublishedItem>(std::move(done))(std::move(published));
        });
}

void Desk::serve(ListNodes request, AnswerDone done) {
    services_.store.read<NodeList>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return list_nodes(transaction, services, request);
        },
        answering<NodeList>(std::move(done)));
}

void Desk::serve(DecidePerson request, AnswerDone done) {
    services_.store.write<Done>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return decide_person(transaction, services, request);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(DropNode request, AnswerDone done) {
    services_.store.write<Done>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return drop_node(transaction, services, request);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(Subscribe request, AnswerDone done) {
    feeds_.subscribe(std::move(request), answering<Subscribed>(std::move(done)));
}

void Desk::serve(ListSubscriptions request, AnswerDone done) {
    services_.store.read<SubscriptionList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_subscriptions(transaction, request);
        },
        answering<SubscriptionList>(std::move(done)));
}

void Desk::serve(Unsubscribe request, AnswerDone done) {
    services_.store.write<Done>(
        [&services = services_, request = std::move(request)](Transaction& transaction) {
            return unsubscribe(transaction, services, request);
        },
        answering<Done>(std::move(done)));
}

}  // namespace immp::bridge
