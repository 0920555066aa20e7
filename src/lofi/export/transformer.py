"""MusicGen's decoder in torch, as it is traced: weights as [in, out], the past in and out."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from lofi.export.text import masked


class Attention(nn.Module):
    """One attention, weights as [in, out]."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.heads, self.scale = attention.num_heads, attention.scaling
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            weight = getattr(attention, name).weight
            setattr(self, name, nn.Parameter(weight.detach().t().contiguous()))

    def remember(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Key and value [B, heads, T, size] of ``states`` [B, T, width]."""
        return self._split(states @ self.k_proj), self._split(states @ self.v_proj)

    def forward(self, x: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
        """What ``x`` [B, T, width] finds; ``bias`` is added to the scores."""
        scores = (self._split(x @ self.q_proj) * self.scale) @ key.transpose(2, 3)
        if bias is not None:
            scores = scores + bias
        found = torch.softmax(scores, dim=-1) @ value
        return found.transpose(1, 2).flatten(2) @ self.out_proj

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Layer(nn.Module):
    """One block: attention to the past, to the prompt, feed-forward."""

    def __init__(self, layer: nn.Module, activation: nn.Module) -> None:
        super().__init__()
        self.self_attn = Attention(layer.self_attn)
        self.self_attn_layer_norm = layer.self_attn_layer_norm
        self.encoder_attn = Attention(layer.encoder_attn)
        self.encoder_attn_layer_norm = layer.encoder_attn_layer_norm
        self.fc1 = nn.Parameter(layer.fc1.weight.detach().t().contiguous())
        self.fc2 = nn.Parameter(layer.fc2.weight.detach().t().contiguous())
        self.final_layer_norm = layer.final_layer_norm
        self.activation = activation

    def first(
        self, x: Tensor, states: Tensor, causal: Tensor, hidden: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        """All columns at once."""
        h = self.self_attn_layer_norm(x)
        key, value = self.self_attn.remember(h)
        x = x + self.self_attn(h, key, value, causal)
        cross = self.encoder_attn.remember(states)
        return self._rest(x, *cross, hidden), [key, value, *cross]

    def cached(
        self, x: Tensor, past: Sequence[Tensor], hidden: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        """One column more."""
        h = self.self_attn_layer_norm(x)
        key, value = (
            torch.cat([old, new], dim=2)
            for old, new in zip(past[:2], self.self_attn.remember(h), strict=True)
        )
        x = x + self.self_attn(h, key, value, None)
        return self._rest(x, past[2], past[3], hidden), [key, value]

    def _rest(self, x: Tensor, key: Tensor, value: Tensor, hidden: Tensor) -> Tensor:
        x = x + self.encoder_attn(self.encoder_attn_layer_norm(x), key, value, hidden)
        h = self.final_layer_norm(x)
        return x + self.activation(h @ self.fc1) @ self.fc2


class Decoder(nn.Module):
    """Both graphs over one set of weights; ``with_past`` says which is traced."""

    with_past = False

    def __init__(self, model: PreTrainedModel) -> None:
        """Take over the weights of a transformers ``MusicgenForConditionalGeneration``."""
        super().__init__()
        inner = model.decoder.model.decoder
        self.codebooks = model.decoder.num_codebooks
        tables = [table.weight.detach() for table in inner.embed_tokens]
        self.embed_tokens = nn.ParameterList(tables)
        self.register_buffer("positions", inner.embed_positions.weights.detach())
        activation = inner.layers[0].activation_fn
        self.layers = nn.ModuleList(Layer(layer, activation) for layer in inner.layers)
        self.layer_norm = inner.layer_norm
        heads = [head.weight.detach().t().contiguous() for head in model.decoder.lm_heads]
        self.lm_heads = nn.ParameterList(heads)
        projection = getattr(model, "enc_to_dec_proj", None)
        self.projected = projection is not None
        if projection is not None:
            self.enc_to_dec_proj = nn.Parameter(projection.weight.detach().t().contiguous())
            self.enc_to_dec_bias = nn.Parameter(projection.bias.detach())

    def forward(self, mask: Tensor, ids: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        """``rest`` is the states of the prompt, or four tensors of the past for each layer."""
        hidden = (mask[:, None, None, :] == 0).to(self.positions.dtype)
        hidden = hidden * masked(self.positions.dtype)
        length = rest[0].shape[2] if self.with_past else 0
        x = self._embedded(ids, length)
        presents: list[Tensor] = []
        if self.with_past:
            for index, layer in enumerate(self.layers):
                x, new = layer.cached(x, rest[4 * index : 4 * index + 4], hidden)
                presents += new
        else:
            states, causal = self._prompt(rest[0], mask), self._causal(ids)
            for layer in self.layers:
                x, new = layer.first(x, states, causal, hidden)
                presents += new
        x = self.layer_norm(x)
        logits = torch.stack([x @ head for head in self.lm_heads], dim=1)
        return logits.flatten(0, 1), *presents

    def _embedded(self, ids: Tensor, past: Tensor | int) -> Tensor:
        columns = ids.reshape(-1, self.codebooks, ids.shape[1])
        x = sum(
            functional.embedding(columns[:, book], table)
            for book, table in enumerate(self.embed_tokens)
        )
        return x + self.positions.index_select(0, torch.arange(ids.shape[1]) + past)

    def _prompt(self, states: Tensor, mask: Tensor) -> Tensor:
        if self.projected:
            states = states @ self.enc_to_dec_proj + self.enc_to_dec_bias
        return states * mask[..., None].to(states.dtype)

    def _causal(self, ids: Tensor) -> Tensor:
        place = torch.arange(ids.shape[1])
        later = (place[None, :] > place[:, None]).to(self.positions.dtype)
        return later * masked(self.positions.dtype)
