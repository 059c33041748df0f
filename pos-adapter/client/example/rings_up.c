/* Rings up the SKUs of the command line as one sale and shows what the terminal says.
 *   rings_up 127.0.0.1:7707 my-sale-1 4006381333931 85123A
 * Exit code 0 when the terminal was there to the end. */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <stdio.h>

#include "tillcue/till_client.h"

static void show(till_event const* event) {
  if (event->kind == TILL_CONNECTED) printf("connected\n");
  if (event->kind == TILL_LOST) printf("lost: %s\n", event->text);
  if (event->kind == TILL_REFUSED) printf("refused: %s\n", event->text);
  if (event->kind == TILL_NOTICE) printf("notice: %s\n", event->text);
  if (event->kind == TILL_COUPON) printf("coupon %s: %s\n%s\n", event->serial, event->fate, event->text);
  if (event->kind == TILL_HINTS && event->card_count == 0) printf("no hint\n");
  for (int n = 0; n < event->card_count; ++n) {
    till_card const* const card = &event->cards[n];
    printf("hint %u: %s (%s) %s\n", (unsigned)card->offer, card->script, card->name, card->price);
  }
  fflush(stdout);
}

/* A POS has a loop of its own; this one listens for so long. */
static void listen_for(till_client* till, int milliseconds) {
  for (int waited = 0; waited < milliseconds; waited += 10) {
    struct pollfd line = {till_descriptor(till), POLLIN, 0};
    poll(&line, 1, 10);
    till_event event;
    while (till_poll(till, &event)) show(&event);
  }
}

int main(int count, char** words) {
  if (count < 4) {
    fprintf(stderr, "rings_up ADDRESS SALE SKU...\n");
    return 2;
  }
  till_client* const till = till_open(words[1], "example", "rings_up 1");
  if (till == NULL) {
    fprintf(stderr, "%s: no address; write 127.0.0.1:7707 or unix:/path\n", words[1]);
    return 2;
  }
  till_begin(till, words[2]);
  for (int n = 3; n < count; ++n) {
    till_put(till, (uint32_t)(n - 2), words[n], 1000, TILL_ANY_PRICE, NULL);
    listen_for(till, 300);
  }
  till_tender(till);
  till_finish(till, TILL_NO_TOTAL);
  listen_for(till, 800);
  int const there = till_is_connected(till);
  if (!there) fprintf(stderr, "%s: %s\n", words[1], till_error(till));
  till_close(till);
  return there ? 0 : 1;
}
