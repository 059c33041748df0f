#include "uploader.hpp"

#include <algorithm>

namespace tillcue::sync {

Uploader::Step const Uploader::kFlow[] = {
    {State::offline, Event::connected, State::idle, &Uploader::send},
    {State::idle, Event::connected, State::idle, &Uploader::send},
    {State::idle, Event::results, State::idle, &Uploader::send},
    {State::idle, Event::lost, State::offline, &Uploader::rest},
    {State::sent, Event::acknowledged, State::idle, &Uploader::send},
    {State::sent, Event::failed, State::paused, &Uploader::wait_longer},
    {State::sent, Event::silence, State::paused, &Uploader::wait_longer},
    {State::sent, Event::lost, State::offline, &Uploader::rest},
    {State::idle, Event::failed, State::paused, &Uploader::wait_longer},
    {State::paused, Event::acknowledged, State::idle, &Uploader::send},
    {State::paused, Event::retry, State::idle, &Uploader::send},
    {State::paused, Event::connected, State::idle, &Uploader::send},
    {State::paused, Event::lost, State::offline, &Uploader::rest},
};

Uploader::Uploader(AgentPorts& ports, Outbox& outbox)
    : ports_(ports),
      outbox_(outbox),
      backoff_(ports.options.retry_first, ports.options.retry_most, ports.options.seed + 1) {}

void Uploader::happens(Event event) {
  for (auto const& step : kFlow) {
    if (step.from != state_ || step.event != event) continue;
    state_ = step.to;
    return (this->*step.action)();
  }
}

void Uploader::on_connected() { happens(Event::connected); }
void Uploader::on_lost() { happens(Event::lost); }
void Uploader::nudge() { happens(Event::results); }

void Uploader::send() {
  rest();
  auto batch = outbox_.next_batch();
  if (batch && !*batch) return;
  auto message = batch ? encode_batch(**batch) : Result<std::string>(tl::unexpected(batch.error()));
  if (!message) {
    ports_.report(message.error().within("results"), Concern::results);
    return happens(Event::failed);
  }
  first_ = (*batch)->first;
  last_ = (*batch)->last();
  state_ = State::sent;
  due_ = ports_.now() + ports_.options.ack_timeout;
  ++ports_.status.batches_sent;
  auto const attempt = ++attempt_;
  ports_.link.publish({ports_.topics.results(ports_.options.terminal), std::move(*message), false},
                      ports_.on_thread([this, attempt](Result<void> const& result) {
                        if (result || attempt != attempt_) return;
                        ports_.report(result.error().within("results"), Concern::results);
                        happens(Event::failed);
                      }));
}

Result<Ack> Uploader::accept(std::string_view payload) const {
  auto const body = unseal(ports_.keys, payload, kMaxAckEnvelope);
  if (!body) return tl::unexpected(body.error());
  auto ack = decode_ack(*body);
  if (ack && ack->terminal != ports_.options.terminal) {
    return fail(Code::rejected, "ack: is for terminal \"" + ack->terminal.value + "\"");
  }
  return ack;
}

void Uploader::on_ack(std::string_view payload) {
  auto const ack = accept(payload);
  if (!ack) {
    ++ports_.status.acks_refused;
    return ports_.report(ack.error());
  }
  if (ack->epoch != outbox_.epoch()) return;
  auto through = ack->through;
  // HQ that lost older results (its database was restored) holds this batch beyond a gap that will never close.
  for (auto const& range : ack->also) {
    if (last_ != 0 && range.first <= first_ && last_ <= range.last) through = std::max(through, last_);
  }
  if (auto ok = outbox_.acknowledge(ack->epoch, through); !ok) {
    ++ports_.status.acks_refused;
    return ports_.report(ok.error());
  }
  if (last_ == 0 || through < last_) return;
  ++ports_.status.batches_acknowledged;
  ports_.over(Concern::results);
  backoff_.reset();
  happens(Event::acknowledged);
}

void Uploader::tick() {
  if (ports_.now() < due_) return;
  due_ = SteadyTime::max();
  if (state_ != State::sent) return happens(Event::retry);
  ports_.report(
      {Code::timeout, "results: HQ has not acknowledged " + std::to_string(first_) + ".." + std::to_string(last_)},
      Concern::results);
  happens(Event::silence);
}

void Uploader::wait_longer() {
  ++attempt_;
  due_ = ports_.now() + backoff_.next();
}

void Uploader::rest() {
  ++attempt_;
  last_ = first_ = 0;
  due_ = SteadyTime::max();
}

}  // namespace tillcue::sync
