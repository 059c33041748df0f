#include "hq_broker_session.hpp"

#include <utility>

namespace tillcue::sync {
namespace {

constexpr std::chrono::seconds kStopPatience{2};

}  // namespace

BrokerSession::BrokerSession(MqttLink& link) : link_(link), shared_(std::make_shared<Shared>()) {}

BrokerSession::~BrokerSession() { link_.stop(kStopPatience); }

Result<void> BrokerSession::connect(Milliseconds patience) {
  MqttEvents events;
  events.on_connected = [shared = shared_](bool) {
    std::lock_guard const lock{shared->mutex};
    shared->connected = true;
    ++shared->connections;
    shared->changed.notify_all();
  };
  events.on_lost = [shared = shared_](std::string const& why) {
    std::lock_guard const lock{shared->mutex};
    shared->connected = false;
    shared->last_trouble = why;
    shared->changed.notify_all();
  };
  events.on_message = [shared = shared_](MqttMessage const& message) {
    std::lock_guard const lock{shared->mutex};
    shared->arrived.push_back({std::string{message.topic}, std::string{message.payload}, message.retained});
    shared->changed.notify_all();
  };
  link_.start(std::move(events));

  std::unique_lock lock{shared_->mutex};
  if (shared_->changed.wait_for(lock, patience, [&] { return shared_->connected; })) return {};
  auto const why = shared_->last_trouble.empty() ? std::string{"no answer"} : shared_->last_trouble;
  return fail(Code::timeout, "no connection to the broker within " + std::to_string(patience.count() / 1000) + " s (" +
                                 why + "); check --broker and that the broker runs");
}

std::uint64_t BrokerSession::connections() const {
  std::lock_guard const lock{shared_->mutex};
  return shared_->connections;
}

MqttLink::Done BrokerSession::answer() {
  return [shared = shared_](Result<void> const& result) {
    std::lock_guard const lock{shared->mutex};
    shared->answers.push_back(result);
    shared->changed.notify_all();
  };
}

Result<void> BrokerSession::await_answer(Milliseconds patience) {
  std::unique_lock lock{shared_->mutex};
  if (!shared_->changed.wait_for(lock, patience, [&] { return !shared_->answers.empty(); })) {
    return fail(Code::timeout, "the broker did not answer within " + std::to_string(patience.count() / 1000) + " s");
  }
  auto result = std::move(shared_->answers.front());
  shared_->answers.pop_front();
  return result;
}

Result<void> BrokerSession::subscribe(std::string const& filter, Milliseconds patience) {
  link_.subscribe_at_most_once(filter, answer());
  auto result = await_answer(patience);
  if (!result) return tl::unexpected{result.error().within("subscribe " + filter)};
  return {};
}

Result<void> BrokerSession::unsubscribe(std::string const& filter, Milliseconds patience) {
  link_.unsubscribe(filter, answer());
  auto result = await_answer(patience);
  if (!result) return tl::unexpected{result.error().within("unsubscribe " + filter)};
  return {};
}

Result<void> BrokerSession::publish_all(std::size_t count, std::size_t window,
                                        std::function<Result<MqttPublish>(std::size_t)> make, Milliseconds patience) {
  std::size_t sent = 0;
  for (std::size_t answered = 0; answered < count; ++answered) {
    for (; sent < count && sent < answered + window; ++sent) {
      auto message = make(sent);
      if (!message) return tl::unexpected{message.error()};
      link_.publish(std::move(*message), answer());
    }
    if (auto result = await_answer(patience); !result) {
      return tl::unexpected{
          result.error().within("message " + std::to_string(answered + 1) + " of " + std::to_string(count))};
    }
  }
  return {};
}

Result<void> BrokerSession::publish(MqttPublish message, Milliseconds patience) {
  link_.publish(std::move(message), answer());
  return await_answer(patience);
}

std::optional<BrokerSession::Message> BrokerSession::next(Milliseconds patience) {
  std::unique_lock lock{shared_->mutex};
  if (!shared_->changed.wait_for(lock, patience, [&] { return !shared_->arrived.empty(); })) return std::nullopt;
  auto message = std::move(shared_->arrived.front());
  shared_->arrived.pop_front();
  return message;
}

std::vector<BrokerSession::Message> BrokerSession::drain(Milliseconds quiet, std::size_t limit) {
  std::vector<Message> messages;
  while (messages.size() < limit) {
    auto message = next(quiet);
    if (!message) break;
    messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace tillcue::sync
