// What the resource group may cost in a month, and who is told on the way there. Nothing is switched off.
param name string
param amount int
@description('The first day of the month in which it begins, as yyyy-MM-dd.')
param start string
param emails string[]

var addresses = filter(map(emails, address => trim(address)), address => !empty(address))

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: empty(addresses)
      ? {}
      : {
          half: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 50, thresholdType: 'Actual', contactEmails: addresses }
          most: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 80, thresholdType: 'Actual', contactEmails: addresses }
          all: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 100, thresholdType: 'Actual', contactEmails: addresses }
        }
  }
}
