"""The languages a patient may be told in: sentences, dates, clock times and lists."""
