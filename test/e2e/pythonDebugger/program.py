"""What the recorded debug session is paused in: a tagger and a batch of two sequences."""

import torch


class Tagger(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.LSTM(3, 6, batch_first=True)
        self.head = torch.nn.Linear(6, 2)

    def forward(self, x):
        states, _ = self.rnn(x)
        return self.head(states)


def main():
    torch.manual_seed(7)
    tagger = Tagger()
    x = torch.randn(2, 12, 3)
    rate = 0.01
    loss = tagger(x).square().mean()
    print(rate, loss)


main()
